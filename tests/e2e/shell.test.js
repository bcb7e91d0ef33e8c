// What shells and man read of the command: completion, and pages without a complaint.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import test from "node:test";

import { assertFails, command, goworld, root, serverDir } from "./goworld.js";

const isThere = (program) => !spawnSync(program, ["--version"]).error;
const without = (program) => (isThere(program) ? false : `no ${program}`);

/** The parent of the server directory "plain", with a folder on the way to another server, and one that leads to none. */
function place(t) {
  const dir = serverDir(t, { "goworld.ini": "[deployment]\ndesired_games=2\n" });
  const parent = path.dirname(dir);
  fs.mkdirSync(path.join(parent, "games/deep"), { recursive: true });
  fs.mkdirSync(path.join(parent, "nothing"));
  fs.copyFileSync(path.join(dir, "goworld.ini"), path.join(parent, "games/deep/goworld.ini"));
  return parent;
}

/** Runs a script in that folder, with the command under test as `goworld`; returns its lines. */
function lines(program, script, cwd) {
  const env = { ...process.env, PATH: `${path.dirname(command)}:${process.env.PATH}` };
  const done = spawnSync(program, ["-c", script], { cwd, env, encoding: "utf8", timeout: 30_000 });
  assert.equal(done.stderr, "");
  return done.stdout.split("\n").filter((line) => line);
}

const completions = [
  [["st"], ["start", "status", "stop"]],
  [["start", ""], ["games/", "plain"]],
  [["start", "games/"], ["games/deep"]],
  [["-configfile", "x", "start", "p"], ["plain"]],
  [["-"], ["-build", "-c", "-configfile", "-d", "-game", "-js", "-user", "-v"]],
  [["config", "plain", "g"], ["game1", "game2", "gate1"]],
  [["help", "gat"], ["gate"]],
  [["manual", ""], ["goworld.1", "goworld.ini.5"]],
  [["start", "plain", ""], []],
];

test("bash completes commands, options, server directories and sections", (t) => {
  const cwd = place(t);
  for (const [words, wanted] of completions) {
    const line = ["goworld", ...words].map((word) => `'${word}'`).join(" ");
    const script = `source <(goworld completion bash); COMP_WORDS=(${line}); COMP_CWORD=${words.length}
      _goworld; printf '%s\\n' "\${COMPREPLY[@]}"`;
    assert.deepEqual(lines("bash", script, cwd).sort(), wanted, words.join(" "));
  }
});

test("completion runs nothing that stands in an ini file", (t) => {
  const cwd = place(t);
  fs.mkdirSync(path.join(cwd, "evil"));
  fs.writeFileSync(path.join(cwd, "evil/goworld.ini"), "[storage]\nurl=`x\n[$(touch${IFS}pwned)]\n`\n");
  const script = `source <(goworld completion bash); COMP_WORDS=(goworld config evil ''); COMP_CWORD=3; _goworld
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  assert.ok(lines("bash", script, cwd).includes("storage"));
  assert.ok(!fs.existsSync(path.join(cwd, "pwned")));
});

test("fish completes the same", { skip: without("fish") }, (t) => {
  const cwd = place(t);
  for (const [words, wanted] of completions) {
    const script = `goworld completion fish | source; complete -C 'goworld ${words.join(" ")}' | string replace -r '\\t.*' ''`;
    assert.deepEqual(lines("fish", script, cwd).map((line) => line.replace(/(plain|deep)\/$/, "$1")).sort(), wanted, words.join(" "));
  }
});

test("zsh reads its completion", { skip: without("zsh") }, (t) => {
  lines("zsh", "goworld completion zsh > _goworld && zsh -n _goworld", place(t));
});

test("a shell or a page that there is not is one sentence", () => {
  assertFails(goworld(["completion", "ksh"]), /^goworld: there is no completion for ksh; there is one for bash, zsh and fish$/);
  assertFails(goworld(["manual", "goworld.2"]), /^goworld: there is no page goworld\.2; there are goworld\.1 goworld\.ini\.5$/);
});

test("man reads the pages without a warning, and finds every command and setting in them", { skip: without("man") }, (t) => {
  const cwd = place(t);
  const pages = ["goworld.1", "goworld.ini.5"].map((page) => {
    const file = path.join(cwd, page);
    fs.writeFileSync(file, goworld(["manual", page]).out);
    const env = { ...process.env, MANWIDTH: "80", MANROFFOPT: "", LC_ALL: "C.UTF-8" };
    const done = spawnSync("man", ["--warnings", "-l", "-P", "cat", file], { encoding: "utf8", env });
    assert.equal(done.stderr, "");
    return done.stdout;
  });
  const commands = goworld(["help"]).out.matchAll(/^ {2}(\w+) +[a-z]/gm);
  for (const [, name] of commands) assert.match(pages[0], new RegExp(`^ {7}${name}\\b`, "m"));
  for (const key of keys(cwd)) assert.match(pages[1], new RegExp(`^ {7}${key}\\b`, "m"));
});

/** Every setting that has a value. */
function keys(cwd) {
  const found = [...goworld(["config", "plain"], { cwd }).out.matchAll(/^(\w+) = /gm)].map(([, key]) => key);
  assert.ok(found.length > 40);
  return new Set(found);
}

test("the guide has every setting, with its default", (t) => {
  const cwd = place(t);
  const guide = fs.readFileSync(path.join(root, "docs/guide/configuration.md"), "utf8");
  for (const key of keys(cwd)) assert.ok(guide.includes(`\`${key}\``), key);
  const shown = goworld(["config", "plain"], { cwd }).out;
  for (const [, key, value] of shown.matchAll(/^(\w+) = (\w+) +; default$/gm)) {
    const row = new RegExp(`^\\|[^|\\n]*\`${key}\`[^|\\n]*\\|([^|\\n]*)\\|`, "m").exec(guide);
    assert.ok(!row || !row[1].trim() || row[1].includes(value), `${key}: ${value}, but the guide says ${row?.[1]}`);
  }
});

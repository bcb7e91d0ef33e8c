// Every block of code in the pages that people read is compiled, run or read by what it is for, and every link leads
// somewhere.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import test from "node:test";

import { ALL_PAGES, PAGES, anchors, blocks, files, links, root, sides, text } from "./pages.js";

const GOWORLD = process.env.GOWORLD ?? path.join(root, "bin/goworld");

test("the command is built", () => {
  assert.ok(fs.existsSync(GOWORLD), `there is no ${GOWORLD}: make it, or name one that is there in GOWORLD`);
});

function run(program, args, options) {
  const done = spawnSync(program, args, { encoding: "utf8", timeout: 60_000, ...options });
  assert.equal(done.status, 0, `${program} ${args.join(" ")}: ${done.stdout}${done.stderr}${done.error ?? ""}`);
  return done;
}

function withFile(t, name, content) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "goworld-docs-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.writeFileSync(path.join(folder, name), content);
  return folder;
}

// C: an excerpt of a file that is compiled with the tests. White space and comments may differ; a line `...` stands for
// what is left out.
const TOKEN = /\/\*[^]*?\*\/|\/\/.*|\\\n|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\w+|\S/g;
const tokens = (code) => ` ${code.match(TOKEN)?.filter((token) => !/^(\/\*|\/\/|\\\n)/.test(token)).join(" ") ?? ""} `;
const compiled = [...files("examples", /\.[ch]$/), ...files("clients/c/example", /\.c$/), ...files("tests/docs", /\.c$/), ...files("tests/api", /\.[ch]$/)]
  .filter((file) => !file.includes("/misuse/")).map((file) => tokens(text(file)));

function isExcerpt(code, whole) {
  let at = 0;
  return code.split(/^\s*\.\.\.\s*\n/m).filter((piece) => piece.trim()).map(tokens).every((piece) => {
    const found = whole.indexOf(piece, at);
    at = found + piece.length - 1;
    return found >= 0;
  });
}

function checkC(code, t) {
  if (code.startsWith('#include "game.h"')) return compileWithStubs(code, t);
  assert.ok(compiled.some((whole) => isExcerpt(code, whole)), "is no excerpt of a C file of examples/, clients/c/example/, tests/docs/ or tests/api/");
}

// diff: what a reader changes in a file of an example, which compiles then.
function checkDiff(code, t) {
  const { before, after } = sides(code);
  const found = files("examples", /\.c$/).filter((file) => text(file).split(before).length === 2);
  assert.equal(found.length, 1, "its lines without + do not stand once in one C file of examples/");
  const changed = path.join(withFile(t, "changed.c", text(found[0]).replace(before, () => after)), "changed.c");
  run("cc", ["-fsyntax-only", "-Wall", "-Werror", "-I", path.join(root, "include"), "-iquote", path.join(root, path.dirname(found[0])), changed]);
}

// What `goworld schema` prints of the chatroom: it asks the game itself, in the way that is used here.
function stubs(flag) {
  const game = path.join(path.dirname(fs.realpathSync(GOWORLD)), "../examples/chatroom_demo/chatroom_demo");
  return run(game, ["-schema", flag]).stdout;
}

// C that uses the stubs of the chatroom.
function compileWithStubs(code, t) {
  const folder = withFile(t, "block.c", `#include <stdio.h>\n${code}`);
  fs.writeFileSync(path.join(folder, "game.h"), stubs("-c"));
  run("cc", ["-fsyntax-only", "-Wall", "-Werror", "-Wno-unused", "-I", path.join(root, "clients/c/include"), path.join(folder, "block.c")]);
}

// sh: a script, in which every make has such a target, and every goworld such a command. One of an example that
// compiles is run, in a copy of its folder.
function checkShell(code, t, page) {
  if (page.startsWith("examples/") && /^cc /m.test(code)) return runInCopy(code, t, path.dirname(page));
  run("bash", ["-n", "-c", code]);
  for (const line of code.split("\n").map((each) => each.replace(/(^|\s)#.*/, "").trim()).filter(Boolean)) {
    const [, target] = /^make(?: ([a-z]+))?(?: [A-Z]+=\S+)*$/.exec(line) ?? [];
    const [, command] = /^(?:bin\/)?goworld (?:-\S+ \S+ )*([a-z]+)(?: \S+)*$/.exec(line) ?? [];
    if (command) run(GOWORLD, ["help", command]);
    else if (/^make\b/.test(line)) assert.match(text("Makefile"), new RegExp(`^${target ?? "all"}:`, "m"), line);
    else assert.fail(`nothing here can tell whether this works: ${line}`);
  }
}

function runInCopy(code, t, folder) {
  const copy = path.join(withFile(t, "readme", ""), path.basename(folder));
  fs.cpSync(path.join(root, folder), copy, { recursive: true });
  fs.mkdirSync(path.join(copy, ".obj"), { recursive: true });
  const env = { ...process.env, PKG_CONFIG_PATH: path.join(path.dirname(fs.realpathSync(GOWORLD)), "../lib/pkgconfig") };
  run("bash", ["-ec", code], { cwd: copy, env });
}

// ini: what `goworld config` takes without a word.
function checkIni(code, t) {
  const folder = withFile(t, "goworld.ini", code);
  assert.equal(run(GOWORLD, ["config", folder]).stderr, "");
}

// js: a module whose imports the client library has. That of node is run in clients/js/test/readme.test.js.
async function checkModule(code, t) {
  run(process.execPath, ["--check", path.join(withFile(t, "block.mjs", code), "block.mjs")]);
  for (const [, names, from] of code.matchAll(/^import \{ (.*) \} from '(.*)';$/gm)) {
    const isStubs = from === "./game.js";
    const file = isStubs ? path.join(withFile(t, "game.mjs", stubs("-js")), "game.mjs") : path.join(root, "clients/js", path.basename(from));
    const library = await import(file);
    for (const name of names.split(", ")) assert.ok(name in library, `${from} has no ${name}`);
  }
}

// html: as it stands in the page of an example.
function checkPage(code) {
  assert.ok(files("examples", /\.html$/).some((file) => text(file).includes(code.trim())), "is in no page of an example");
}

function checkJson(code) {
  JSON.parse(code);
}

// What stands in a `text` block is no code: a drawing, a folder, what a program prints.
const CHECKS = { c: checkC, diff: checkDiff, sh: checkShell, ini: checkIni, js: checkModule, json: checkJson, html: checkPage, text() {} };

for (const page of PAGES) {
  test(`the code of ${page} works`, async (t) => {
    for (const { where, language, code, excuse } of blocks(page)) {
      await t.test(`${where} (${excuse ? `not checked: ${excuse}` : language})`, async (t) => {
        if (excuse) return;
        assert.ok(CHECKS[language], `there is no check for "${language}"; there are ${Object.keys(CHECKS).join(", ")}`);
        await CHECKS[language](code, t, page);
      });
    }
  });
}

// Who copies a page from top to bottom has a game that builds. Blocks of client code are no part of it.
test("the code of docs/guide/spaces.md is a whole program", (t) => {
  const game = blocks("docs/guide/spaces.md").filter(({ language, code }) => language === "c" && !/\bgwc_/.test(code));
  const folder = withFile(t, "main.c", game.map(({ code }) => code).join("\n"));
  run("cc", ["-fsyntax-only", "-Wall", "-Wextra", "-Werror", "-I", path.join(root, "include"), path.join(folder, "main.c")]);
});

/** What a header lets a game name: macros, types, values of enums, functions. */
function names(header) {
  const code = text(header).replace(/\/\*[^]*?\*\//g, "").replace(/\\\n/g, " ");
  return [/^#define (\w+)/gm, /^\} (\w+);/gm, /^\s+(GW_[A-Z_]+)(?: =.*)?,$/gm, /^typedef .*?\b(\w+);/gm, /^[A-Za-z](?!ypedef).*?\b(gw_\w+)\(/gm]
    .flatMap((pattern) => [...code.matchAll(pattern)].map(([, name]) => name))
    .filter((name) => /^gw_/i.test(name) && !/^gw__/i.test(name));
}

test("the reference has every name of every header", (t) => {
  const folder = withFile(t, "reference", "");
  run(path.join(root, "tools/reference"), [folder]);
  for (const header of files("include/goworld", /\.h$/)) {
    const page = path.basename(header, ".h");
    assert.ok(fs.readFileSync(path.join(folder, "README.md"), "utf8").includes(`(${page}.md)`));
    const code = fs.readFileSync(path.join(folder, `${page}.md`), "utf8").match(/^```c$[^]*?^```$/gm)?.join("\n") ?? "";
    for (const name of names(header)) assert.match(code, new RegExp(`\\b${name}\\b`), `${page}.md has no ${name}`);
  }
});

for (const page of ALL_PAGES) {
  test(`the links of ${page} lead somewhere`, () => {
    for (const { target, to, anchor } of links(page)) {
      assert.ok(fs.existsSync(path.join(root, to)), `${target}: there is no ${to}`);
      if (anchor) assert.ok(anchors(to).includes(anchor), `${target}: ${to} has no such heading`);
    }
  });
}

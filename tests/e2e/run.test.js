// goworld run: the logs of all processes on one terminal.
import test from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";

import { command } from "./goworld.js";
import { skip, buildDemo } from "./demo.js";

/** Runs the demo until its gate serves, ends it by Ctrl-C, and returns what came out. */
async function runUntilItServes(t, program, args, env) {
  const running = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
  t.after(() => running.kill("SIGKILL"));
  const ended = once(running, "exit");
  let text = "";
  const hear = (bytes) => {
    const wanted = !/gate1.* serving /.test(text);
    text += bytes;
    if (!wanted || !/gate1.* serving /.test(text)) return;
    if (program === "script") running.stdin.write("\x03"); // as the terminal's user types it
    else running.kill("SIGINT");
  };
  running.stdout.setEncoding("utf8").on("data", hear);
  running.stderr.setEncoding("utf8").on("data", hear);
  const [code] = await ended;
  assert.equal(code, 0, text);
  return text;
}

test("a terminal gets aligned lines, a colour per process; a pipe and NO_COLOR get none", { skip }, async (t) => {
  const demo = await buildDemo();
  t.after(() => demo.remove());
  const onTerminal = (env) => runUntilItServes(t, "script", ["-qec", `${command} run ${demo.dir}`, "/dev/null"], { NO_COLOR: "", TERM: "xterm-256color", ...env });

  const coloured = await onTerminal({});
  const colourOf = (name) => new RegExp(`Z\\x1b\\[0m INFO \\x1b\\[0m \\x1b\\[38;5;(\\d+)m${name} +\\x1b\\[0m \\w+ .*\\r\\n`).exec(coloured)?.[1];
  const colours = ["dispatcher1", "game1", "gate1"].map(colourOf);
  assert.equal(new Set(colours).size, 3, coloured);
  assert.ok(!colours.includes(undefined), coloured);
  assert.match(coloured, /game1 .* stopping [^]*game1 .* stopped/);

  const plain = await onTerminal({ NO_COLOR: "1" });
  assert.doesNotMatch(plain, /\x1b/);
  assert.match(plain, /^[\d:.]+Z INFO {2}gate1 {8}serving port=\d+\r$/m);

  const piped = await runUntilItServes(t, command, ["run", demo.dir], { TERM: "xterm-256color" });
  assert.match(piped, /^\d{4}-\d\d-\d\dT[\d:.]+Z INFO gate1 serving port=\d+$/m);
  assert.doesNotMatch(piped, /\x1b/);
});

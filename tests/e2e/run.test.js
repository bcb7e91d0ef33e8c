// goworld run: the logs of all processes on one terminal.
import test from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";

import { command } from "./goworld.js";
import { skip, buildDemo } from "./demo.js";

/** Starts a program that calls `hear` with all that it has said so far, and returns that text when it has ended well. */
async function listenTo(t, program, args, env, hear) {
  const running = spawn(program, args, { stdio: "pipe", env: { ...process.env, ...env } });
  t.after(() => running.kill("SIGKILL"));
  const ended = once(running, "close");
  let text = "";
  for (const output of [running.stdout, running.stderr])
    output.setEncoding("utf8").on("data", (bytes) => hear((text += bytes), running));
  const [code] = await ended;
  assert.equal(code, 0, text);
  return text;
}

/** Calls each of the steps once, in their order, when the text matches. */
function inOrder(...steps) {
  return (text, running) => {
    while (steps.length > 0 && steps[0][0].test(text)) steps.shift()[1](running);
  };
}

const SERVES = /gate1.* serving /;
const OVER = /nothing more comes/;

/** What a terminal shows of `goworld run` that its user ends by Ctrl-C as soon as the gate serves. */
function runOnTerminal(t, dir, env) {
  // script ends soon after its child and may leave behind what the terminal still holds. The shell lives until that was read.
  const session = `trap : INT; "${command}" run "${dir}"; code=$?; echo nothing more comes; read -r answer; exit $code`;
  const user = inOrder([SERVES, ({ stdin }) => stdin.write("\x03")], [OVER, ({ stdin }) => stdin.write("\r")]);
  const environment = { NO_COLOR: "", TERM: "xterm-256color", SHELL: "/bin/sh", ...env };
  return listenTo(t, "script", ["-qec", session, "/dev/null"], environment, user);
}

test("a terminal gets aligned lines, a colour per process; a pipe and NO_COLOR get none", { skip }, async (t) => {
  const demo = await buildDemo();
  t.after(() => demo.remove());

  const coloured = await runOnTerminal(t, demo.dir, {});
  const colourOf = (name) => new RegExp(`Z\\x1b\\[0m INFO \\x1b\\[0m \\x1b\\[38;5;(\\d+)m${name} +\\x1b\\[0m \\w+ .*\\r\\n`).exec(coloured)?.[1];
  const colours = ["dispatcher1", "game1", "gate1"].map(colourOf);
  assert.equal(new Set(colours).size, 3, coloured);
  assert.ok(!colours.includes(undefined), coloured);
  assert.match(coloured, /game1 .* stopping [^]*game1 .* stopped/);

  const plain = await runOnTerminal(t, demo.dir, { NO_COLOR: "1" });
  assert.doesNotMatch(plain, /\x1b/);
  assert.match(plain, /^[\d:.]+Z INFO {2}gate1 {8}serving port=\d+\r$/m);

  const user = inOrder([SERVES, (running) => running.kill("SIGHUP")]); // as of a terminal that is closed
  const piped = await listenTo(t, command, ["run", demo.dir], { TERM: "xterm-256color" }, user);
  assert.ok(piped.startsWith(`${demo.dir} runs here until Ctrl-C; its page is ${demo.url}\n`), piped);
  assert.match(piped, /^\d{4}-\d\d-\d\dT[\d:.]+Z INFO gate1 serving port=\d+$/m);
  assert.doesNotMatch(piped, /\x1b/);
});

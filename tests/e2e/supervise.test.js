// The supervisor that start leaves behind: what dies is started again, what was ended stays down, and nothing happens
// behind anybody's back.
import test from "node:test";
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";

import { assertFails, builtServer, command, goworld, iniText, pidOf, until } from "./goworld.js";
import { skip, startDemo } from "./demo.js";

// A game that does as the file mode.N in its folder says: crash at once, crash as soon as it serves, never serve, or
// serve like any other.
const moodyGame = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv)
{
    char path[64], mode[16] = "serve";
    snprintf(path, sizeof path, "mode.%s", argv[2]);
    FILE *file = fopen(path, "r");
    if (file && fscanf(file, "%15s", mode) != 1)
        return 1;
    if (strcmp(mode, "crash") == 0) {
        fprintf(stderr, "all is lost\\n");
        return 3;
    }
    if (strcmp(mode, "silent") != 0)
        dprintf(atoi(getenv("GOWORLD_READY_FD")), "ready\\n");
    if (strcmp(mode, "brief") == 0)
        return 4;
    for (;;)
        pause();
}
`;

const moodyServer = (t, change) => builtServer(t, change, moodyGame);
const setMode = (dir, game, mode) => fs.writeFileSync(path.join(dir, `mode.${game}`), mode);
const status = (dir) => goworld(["status", dir]);
const statusSays = (dir, sentence) => until(() => status(dir), ({ out }) => sentence.test(out));
const logOf = (dir, name) => fs.readFileSync(path.join(dir, "run", `${name}.log`), "utf8");

function start(dir) {
  const started = goworld(["start", dir]);
  assert.equal(started.code, 0, started.err);
  return started.out;
}

/** Whoever had to take notice of its end may be slow at that: then a zombie is left. */
function isAlive(pid) {
  try {
    return !/^\d+ \(.*\) Z/.test(fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

const pidsOf = (dir, ...names) => names.map((name) => pidOf(dir, name));

test("each kind of process is started again after kill -9, and serves", { skip }, async (t) => {
  const demo = await startDemo();
  t.after(() => demo.remove());
  for (const name of ["dispatcher1", "game1", "gate1"]) {
    const before = pidOf(demo.dir, name);
    process.kill(before, "SIGKILL");
    await statusSays(demo.dir, new RegExp(`^ *(?!${before} )\\d+ +${name} .*\\n +started again 1 time, the last time \\d+ s ago: it was ended by signal 9 \\(Killed\\)$`, "m"));
    const health = await until(() => fetch(`${demo.url}healthz`).catch(() => ({ ok: false })), ({ ok }) => ok);
    assert.equal(await health.text(), "ok\n");
    assert.match(logOf(demo.dir, "supervisor"), new RegExp(` WARN supervisor died process=${name} why="it was ended by signal 9 \\(Killed\\)" again_in_ms=100 try=1\n`));
  }
  await until(() => status(demo.dir), ({ code }) => code === 0);
});

test("what crashes again and again is given up, and status says so and why", async (t) => {
  const dir = await moodyServer(t, { games: 2, restarts: 2 });
  start(dir);
  const others = pidsOf(dir, "dispatcher1", "game1", "gate1", "supervisor");
  setMode(dir, 2, "crash");
  process.kill(pidOf(dir, "game2"), "SIGKILL");
  const { code, out } = await statusSays(dir, /given up/);
  assert.equal(code, 1);
  assert.match(out, / - {2}game2 is down: given up after 2 tries: it ended with exit code 3; its log: .*\/run\/game2\.log; try again: \S*goworld start .*\n/);
  assert.match(out, /, 1\/2 games /);
  assert.match(logOf(dir, "supervisor"), /why="it was ended by signal 9 .*" again_in_ms=100 try=1\n[^]*again_in_ms=200 try=2\n[^]* ERROR supervisor given_up process=game2 why="it ended with exit code 3" tries=2\n/);

  // What starts it again must not disturb the others, whether it succeeds or not.
  const failed = goworld(["start", dir]);
  assertFails(failed, /^goworld: game2 did not start: it ended with exit code 3$/);
  assert.match(failed.err, /\nThe last lines of .*game2\.log:\nall is lost\n$/);
  assert.match(status(dir).out, /game2 is down: given up: it ended with exit code 3;/);
  setMode(dir, 2, "serve");
  assert.match(start(dir), /^game2 serves \(pid \d+\)\n.* is running\n$/);
  assert.deepEqual(pidsOf(dir, "dispatcher1", "game1", "gate1", "supervisor"), others);
  assert.equal(status(dir).code, 0);
});

test("with max_restarts=0 what died stays down", async (t) => {
  const dir = await moodyServer(t, { restarts: 0 });
  start(dir);
  process.kill(pidOf(dir, "gate1"), "SIGKILL");
  await statusSays(dir, /gate1 is down: given up: it was ended by signal 9 \(Killed\);/);
});

test("what dies as soon as it serves is not well", async (t) => {
  const dir = await moodyServer(t, { restarts: 2 });
  start(dir);
  setMode(dir, 1, "brief");
  process.kill(pidOf(dir, "game1"), "SIGKILL");
  await statusSays(dir, /game1 is down: given up after 2 tries: it ended with exit code 4;/);
});

test("what was ended by SIGTERM stays down until it is started", async (t) => {
  const dir = await moodyServer(t, { games: 2 });
  start(dir);
  const others = pidsOf(dir, "dispatcher1", "gate1", "supervisor");
  for (const name of ["game1", "game2"]) {
    process.kill(pidOf(dir, name));
    await statusSays(dir, new RegExp(`${name} is down: it was ended by signal 15 \\(Terminated\\); start it again: \\S*goworld start `));
  }
  assert.match(start(dir), /^game\d serves .*\ngame\d serves .*\n.* is running\n$/);
  assert.deepEqual(pidsOf(dir, "dispatcher1", "gate1", "supervisor"), others);
});

test("a game that has saved and ended by itself stays down", { skip }, async (t) => {
  const demo = await startDemo();
  t.after(() => demo.remove());
  process.kill(pidOf(demo.dir, "game1"));
  await statusSays(demo.dir, /game1 is down: it ended with exit code 0; start it again/);
});

test("a server is stopped while a process waits to be started again", async (t) => {
  for (const verb of ["stop", "kill"]) {
    const dir = await moodyServer(t);
    start(dir);
    setMode(dir, 1, "crash");
    process.kill(pidOf(dir, "game1"), "SIGKILL");
    const { out } = await statusSays(dir, /game1 is down: starts again in \d+ s \(try [2-9] of 10\), since it ended with exit code 3/);
    const supervisor = Number(/^ *(\d+) +supervisor/m.exec(out)[1]);
    assert.deepEqual(goworld([verb, dir]), { code: 0, out: "supervisor has stopped\ngate1 has stopped\ndispatcher1 has stopped\n", err: "" });
    assert.equal(isAlive(supervisor), false);
    assert.match(status(dir).out, /^0 dispatcher running, 0\/1 gates running, 0\/1 games .*\n.*dispatcher1 is down\n.*game1 is down\n.*gate1 is down\n$/);
  }
});

test("a supervisor is stopped of which nothing runs any more, and run waits for that", async (t) => {
  const dir = await moodyServer(t, { restarts: 0 });
  start(dir);
  for (const name of ["dispatcher1", "game1", "gate1"]) process.kill(pidOf(dir, name), "SIGKILL");
  await statusSays(dir, /(is down: given up[^]*){3}/);
  assertFails(goworld(["run", dir]), /the server's supervisor \(pid \d+\) would start it; stop that first: \S*goworld stop /);
  assert.equal(goworld(["stop", dir]).out, "supervisor has stopped\n");
  assertFails(goworld(["stop", dir]), /is not running/);
});

test("a supervisor that was killed harms nobody, and start brings a new one", async (t) => {
  const dir = await moodyServer(t);
  start(dir);
  const pids = pidsOf(dir, "dispatcher1", "game1", "gate1");
  process.kill(pidOf(dir, "supervisor"), "SIGKILL");
  const { code } = await statusSays(dir, / - {2}nobody starts again what dies: the supervisor has ended; for a new one: \S*goworld start /);
  assert.equal(code, 0);
  assert.match(start(dir), /^a new supervisor watches over what was running\n.* is running\n$/);
  assert.deepEqual(pidsOf(dir, "dispatcher1", "game1", "gate1"), pids);
  process.kill(pids[1], "SIGKILL");
  await statusSays(dir, /game1 .*\n +started again 1 time, the last time \d+ s ago: it ended\n/);

  process.kill(pidOf(dir, "supervisor"), "SIGKILL");
  await statusSays(dir, /nobody starts again what dies/);
  process.kill(pids[2], "SIGKILL");
  await statusSays(dir, /gate1 is down\n/);
  assert.match(start(dir), /^gate1 serves .*\na new supervisor watches over what was running\n/);

  process.kill(pidOf(dir, "supervisor"), "SIGKILL");
  await statusSays(dir, /nobody starts again what dies/);
  assert.equal(goworld(["stop", dir]).out, "gate1 has stopped\ngame1 has stopped\ndispatcher1 has stopped\n");
});

test("a supervisor that hangs does not keep the server from being ended", async (t) => {
  const dir = await moodyServer(t);
  start(dir);
  const supervisor = pidOf(dir, "supervisor");
  process.kill(supervisor, "SIGSTOP");
  assert.equal(goworld(["kill", dir]).code, 0);
  assert.equal(isAlive(supervisor), false);
});

test("start takes in what a changed ini asks for", async (t) => {
  const dir = await moodyServer(t);
  start(dir);
  const before = pidsOf(dir, "game1", "supervisor");
  const ini = path.join(dir, "goworld.ini");
  fs.writeFileSync(ini, fs.readFileSync(ini, "utf8").replace("desired_games=1", "desired_games=2"));
  assert.match(start(dir), /^game2 serves/);
  assert.deepEqual(pidsOf(dir, "game1", "supervisor"), before);
  const other = path.join(dir, "other.ini");
  fs.writeFileSync(other, await iniText());
  assertFails(goworld(["-configfile", other, "start", dir]), /^goworld: the server runs with .*\/goworld\.ini \(supervisor: pid \d+\); stop that first: goworld -configfile .*\/goworld\.ini stop /);
});

test("a command that was replaced meanwhile starts what dies by its successor", async (t) => {
  const dir = await moodyServer(t);
  const [copy, fresh] = ["goworld", "goworld.new"].map((name) => path.join(path.dirname(dir), name));
  fs.copyFileSync(command, copy);
  fs.copyFileSync(command, fresh);
  assert.equal(spawnSync(copy, ["start", dir]).status, 0);
  fs.renameSync(fresh, copy);
  process.kill(pidOf(dir, "dispatcher1"));
  process.kill(pidOf(dir, "gate1"), "SIGKILL");
  await statusSays(dir, /dispatcher1 is down: it ended with exit code 0/);
  assert.match(start(dir), /dispatcher1 serves/);
  const { out } = await statusSays(dir, /started again 1 time/);
  assert.match(out, new RegExp(` dispatcher1 +${copy} dispatcher -dispid 1 .*\n[^]* gate1 +${copy} gate -gid 1 `));
});

test("nothing that start had open keeps a pipe behind it from ending", async (t) => {
  const dir = await moodyServer(t);
  const shell = spawnSync("sh", ["-c", `"${command}" start "${dir}" 3>&1 2>&1 | cat`], { encoding: "utf8", timeout: 60_000 });
  assert.match(shell.stdout, /gate1 serves .*\n.* is running\n$/);
});

test("a start that is interrupted, or whose command was killed, leaves nothing", async (t) => {
  for (const signal of ["SIGINT", "SIGKILL"]) {
    const dir = await moodyServer(t);
    setMode(dir, 1, "silent");
    const starting = spawn(command, ["start", dir], { stdio: ["ignore", "ignore", "pipe"] });
    const [err, ended] = [starting.stderr.setEncoding("utf8").toArray(), once(starting, "exit")];
    const { out } = await statusSays(dir, /game1 is starting/);
    const supervisor = Number(/^ *(\d+) +supervisor/m.exec(out)[1]);
    starting.kill(signal);
    const [code] = await ended;
    if (signal === "SIGINT") {
      assert.equal(code, 1);
      assert.equal((await err).join(""), "goworld: interrupted while game1 was starting\n");
      assert.equal(fs.existsSync(path.join(dir, "run/supervisor.pid")), false);
    }
    await until(() => isAlive(supervisor), (alive) => !alive);
    assert.match(status(dir).out, /^0 dispatcher running, 0\/1 gates running, 0\/1 games /);
  }
});

// The goworld command: what it answers when all is well, and the one clear sentence when something is not.
import test from "node:test";
import assert from "node:assert/strict";
import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { promisify } from "node:util";

import { assertFails, builtServer, command, goworld, iniText, pidOf, plainGame, root, serverDir, until } from "./goworld.js";
import { freePorts } from "./ports.js";

const brokenGame = `
#include <stdio.h>
int main(void)
{
    for (int i = 1; i <= 12; i++)
        fprintf(stderr, "line %d\\n", i);
    return 3;
}
`;

test("wrong usage exits with 2 and points to help", () => {
  const wrong = [
    ["frob"], ["start"], ["-x", "start", "d"], ["config", "a", "b", "c"], ["start", "a", "b"], ["-configfile"], ["help", "frob"],
    ["version", "extra"], ["--version", "start", "extra"], ["help", "stop", "extra"], ["stop", "-v", "d"],
  ];
  for (const args of wrong) {
    const result = goworld(args);
    assert.equal(result.code, 2, args.join(" "));
    assert.match(result.err, /^goworld: .*\nTry: goworld help\n$/);
  }
  assert.match(goworld(["strat", "d"]).err, /there is no command strat; did you mean start\?/);
  assert.equal(goworld([]).code, 2);
  for (const role of ["dispatcher", "gate"]) {
    const result = goworld([role]);
    assert.equal(result.code, 2, role);
    assert.match(result.err, new RegExp(`^${role}: .*\n$`));
  }
});

test("help and version exit with 0", () => {
  assert.match(goworld(["help"]).out, /usage: goworld .*\n[^]*build[^]*start[^]*stop[^]*kill[^]*status[^]*run/);
  assert.match(goworld(["help", "build"]).out, /^usage: goworld .*build DIR\n/);
  assert.match(goworld(["start", "-h"]).out, /^usage: goworld .*start DIR\n/);
  assert.match(goworld(["version"]).out, /^goworld \d+\.\d+\.\d+\n$/);
  assert.equal(goworld(["--version"]).out, goworld(["version"]).out);
  assert.match(goworld(["help", "version"]).out, /^usage: goworld version\n/);
  assert.match(goworld(["help", "help"]).out, /^usage: goworld help \[COMMAND\]\n/);
  for (const role of ["dispatcher", "gate"]) {
    assert.match(goworld(["help", role]).out, new RegExp(`^usage: goworld ${role} .*-configfile FILE`));
    assert.equal(goworld([role, "-h"]).out, goworld(["help", role]).out);
  }
  const fine = [["help"], ["help", "stop"], ["-h"], ["version"], ["--version"], ["help", "gate"], ["help", "help"], ["gate", "-h"]];
  for (const args of fine) assert.equal(goworld(args).code, 0, args.join(" "));
});

test("a missing directory, ini or program is one sentence", async (t) => {
  const dir = serverDir(t, { "game.c": plainGame });
  for (const name of ["build", "start", "stop", "kill", "status", "run"])
    assertFails(goworld([name, "/nowhere/game"]), /^goworld: \/nowhere\/game: No such file or directory$/);
  assertFails(goworld(["start", dir], { cwd: "/" }), /there is no goworld\.ini in .*plain or in the current folder/);
  fs.writeFileSync(path.join(dir, "goworld.ini"), await iniText());
  for (const name of ["start", "run"])
    assertFails(goworld([name, dir]), /there is no program .*\/plain\/plain; build it first: \S*goworld build /);
  assertFails(goworld(["-configfile", "/nowhere.ini", "start", dir]), /\/nowhere\.ini: cannot read the configuration: No/);
});

test("a wrong ini is named with its line", (t) => {
  const dir = serverDir(t, { "game.c": plainGame, "goworld.ini": "[deployment]\ndesired_game=1\n" });
  for (const name of ["start", "status", "run"])
    assertFails(goworld([name, dir]), /goworld\.ini:2: unknown key "desired_game" .* did you mean "desired_games"\?$/);
});

test("config prints what is in force as a goworld.ini that means the same", async (t) => {
  const dir = serverDir(t, { "goworld.ini": "[game_common]\nboot_entity=Account\n[gate1]\nlog_level=info\nlog_level=warn\n" });
  const shown = goworld(["config"], { cwd: dir });
  assert.equal(shown.code, 0, shown.err);
  assert.match(shown.err, /^goworld: \S+\/goworld\.ini:5: log_level stands in \[gate1\] a second time.* line 4\n$/);
  assert.match(shown.out, /^; What \S+\/plain\/goworld\.ini says/);
  assert.match(shown.out, /\n\[game1\]\nboot_entity = Account +; goworld\.ini:2, \[game_common\]\n[^]*\n\[gate1\]\n[^]*\nlog_level = warn +; goworld\.ini:5\n/);
  const again = path.join(dir, "again.ini");
  fs.writeFileSync(again, shown.out);
  const values = (text) => text.replace(/ +; .*$/gm, "");
  const second = goworld(["-configfile", again, "config", dir]);
  assert.equal(second.err, "");
  assert.equal(values(second.out).replace(/^.*\n/, ""), values(shown.out).replace(/^.*\n/, ""));
  assert.match(goworld(["config", dir, "gate1"]).out, /^;.*\n\n\[gate1\]\nlisten_addr = 0\.0\.0\.0:14000 +; default\n/);
  assertFails(goworld(["-configfile", again, "config", dir, "gat1"]), /unknown section \[gat1\]; did you mean \[gate1\]\?/);
  assertFails(goworld(["config"], { cwd: "/" }), /this is no server directory/);
});

test("build says what the compiler said, and builds only what changed", (t) => {
  const dir = serverDir(t, { "game.c": "int main(void) { return 0 }\n" });
  const broken = goworld(["build", dir]);
  assert.equal(broken.code, 1);
  assert.match(broken.err, /game\.c:1:.*error: [^]*\ngoworld: .*plain: the build failed\n$/);
  fs.writeFileSync(path.join(dir, "game.c"), plainGame);
  assert.match(goworld(["build", dir]).out, /compile game\.c\n.*link/);
  assert.doesNotMatch(goworld(["build", dir]).out, /compile|link/);
  fs.rmSync(path.join(dir, "game.c"));
  assertFails(goworld(["build", dir]), /there are no C files to build/);
});

test("build of a folder with a space in its path is refused before anything is compiled", (t) => {
  const dir = serverDir(t, { "game.c": plainGame });
  const spaced = path.join(path.dirname(dir), "my game");
  fs.renameSync(dir, spaced);
  const result = goworld(["build", spaced]);
  assert.equal(result.err, `goworld: ${spaced}: make cannot build in a folder with a space in its path: rename ${spaced}\n`);
  assert.equal(result.code, 1);
  assert.equal(result.out, "");
});

test("of many compiler errors the first ones stay in view", (t) => {
  const dir = serverDir(t, { "game.c": "int main(void)\n{\n" + "    nothing_like_it;\n    int x = ;\n".repeat(20) + "}\n" });
  const { err } = goworld(["build", dir]);
  assert.match(err, /game\.c:3:/);
  assert.ok(err.match(/ error: /g).length <= 3, err);
});

test("build names the program without a double slash", (t) => {
  const dir = serverDir(t, { "game.c": plainGame });
  assert.match(goworld(["build", `${dir}/`]).out, new RegExp(`\nbuilt ${dir}/plain\n$`));
});

test("build uses a Makefile of the directory, and wants its program", (t) => {
  const dir = serverDir(t, { "game.c": plainGame, Makefile: "all:\n\t@echo mine $(notdir $(GOWORLD_MK))\n" });
  const result = goworld(["build", dir]);
  assert.match(result.out, /mine game\.mk/);
  assertFails(result, /the build left no program plain/);
  fs.writeFileSync(path.join(dir, "Makefile"), "include $(GOWORLD_MK)\n");
  assert.equal(goworld(["build", dir]).code, 0);
});

test("a server starts, is seen, and stops", async (t) => {
  const dir = await builtServer(t, { games: 2 });
  assert.equal(goworld(["status", dir]).code, 1);
  const started = goworld(["start", dir]);
  assert.equal(started.code, 0, started.err);
  const status = goworld(["status", dir]);
  assert.equal(status.code, 0);
  const lines = status.out.trimEnd().split("\n");
  assert.equal(lines[0], `1 dispatcher running, 1/1 gates running, 2/2 games (${dir}) running`);
  assert.equal(lines.length, 6);
  assert.match(lines[1], /^ *\d+ +dispatcher1 .* -dispid 1 -configfile .*goworld\.ini$/);
  assert.match(lines[3], /^ *\d+ +game2 .*\/plain\/plain -gid 2 -configfile .*goworld\.ini -resume$/);
  assert.match(lines[5], /^ *\d+ +supervisor +starts again what dies; its log: .*\/run\/supervisor\.log$/);
  assertFails(goworld(["start", dir]), /the server is running already .* stop it first: \S*goworld stop/);
  assertFails(goworld(["run", dir]), /the server is running already/);
  const stopped = goworld(["stop", dir]);
  assert.equal(stopped.code, 0, stopped.err);
  assert.match(stopped.out, /^supervisor has stopped\ngate1 has stopped\n(game[12] has stopped\n){2}dispatcher1 has stopped\n$/);
  assertFails(goworld(["stop", dir]), /is not running/);
  assertFails(goworld(["kill", dir]), /is not running/);
});

test("a server in the foreground is seen, and named to who would start or stop it", async (t) => {
  const dir = await builtServer(t);
  const foreground = spawn(command, ["run", dir], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(foreground, "exit");
  t.after(() => foreground.kill("SIGKILL"));
  await once(foreground.stderr, "data"); // the plain game says that it serves
  const { pid } = foreground;
  assert.deepEqual(goworld(["status", dir]), { code: 0, out: `${dir} runs in the foreground (pid ${pid})\n`, err: "" });
  for (const name of ["start", "run", "stop", "kill"])
    assertFails(goworld([name, dir]), new RegExp(`runs in the foreground \\(pid ${pid}\\); .* kill ${pid}$`));
  foreground.kill();
  await ended;
  assert.equal(goworld(["status", dir]).code, 1);
  assertFails(goworld(["stop", dir]), /is not running$/);
});

test("status -v asks each process what it does, and says why one does not tell", async (t) => {
  const dir = await builtServer(t, { games: 2 });
  const answering = http.createServer((_, response) => response.end(
    'goworld_game_clients{process="game1"} 1\ngoworld_game_entities_of_type{type="Orc",process="game1"} 2\n')).listen(0, "127.0.0.1");
  await once(answering, "listening");
  t.after(() => answering.close());
  const [dispatcher, gate] = await freePorts(2);
  const ini = path.join(dir, "goworld.ini");
  const text = fs.readFileSync(ini, "utf8").replace("http_addr=127.0.0.1:0", `http_addr=127.0.0.1:${dispatcher}`);
  fs.writeFileSync(ini, text.replace(/(\[gate1\][^]*http_addr=127.0.0.1:)0/, `$1${gate}`) + `[game1]\nhttp_addr=127.0.0.1:${answering.address().port}\n`);
  assert.equal(goworld(["start", dir]).code, 0);
  const shown = await promisify(execFile)(command, ["status", "-v", dir]);
  const said = shown.stdout.split("\n").filter((line) => /^ {24}/.test(line)).map((line) => line.trim());
  assert.match(said[0], /^0 games, 1 gate, 0 entities, 0 packets wait$/);
  assert.equal(said[1], "Orc 2, 1 client");
  assert.equal(said[2], "it does not tell what it does: give it an http_addr with a port");
  assert.match(said[3], /^0 clients/);
  assert.doesNotMatch(goworld(["status", dir]).out, /0 clients/);
});

test("status -v waits a second at most for who does not answer", async (t) => {
  const dir = await builtServer(t);
  const silent = net.createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  t.after(() => silent.close());
  const { port } = silent.address();
  fs.appendFileSync(path.join(dir, "goworld.ini"), `[game1]\nhttp_addr=127.0.0.1:${port}\n`);
  assert.equal(goworld(["start", dir]).code, 0);
  const { code, out } = goworld(["status", "-v", dir]);
  assert.equal(code, 0);
  assert.match(out, new RegExp(`it does not tell what it does, at 127\\.0\\.0\\.1:${port}: no answer came in time`));
});

test("two servers run side by side", async (t) => {
  const one = await builtServer(t);
  const other = await builtServer(t);
  assert.equal(goworld(["start", one]).code, 0);
  assert.equal(goworld(["start", other]).code, 0);
  assert.equal(goworld(["stop", one]).code, 0);
  assert.equal(goworld(["status", other]).code, 0);
  assert.equal(goworld(["kill", other]).code, 0);
});

test("a server on another's ports says whose they are, and neither touches the other", async (t) => {
  const [dispatcher, gate] = await freePorts(2);
  const one = await builtServer(t, { dispatcher, gate });
  const other = await builtServer(t, { dispatcher, gate });
  assert.equal(goworld(["start", one]).code, 0);
  const pidsOf = (dir) => ["dispatcher1", "game1", "gate1", "supervisor"].map((name) => pidOf(dir, name));
  const pids = pidsOf(one);
  const inUse = `dispatcher1 did not start: listen_addr 127.0.0.1:${dispatcher} is in use: pid ${pids[0]} listens there: `;
  assertFails(goworld(["start", other]), new RegExp(`^goworld: ${inUse}\\S+ dispatcher -dispid 1 -configfile ${one}/goworld\\.ini$`));
  for (const name of ["stop", "kill"]) assertFails(goworld([name, other]), /is not running$/);
  assert.match(goworld(["status", other]).out, /^0 dispatcher running, 0\/1 gates running, 0\/1 games/);
  assert.deepEqual(pidsOf(one), pids);
  assert.equal(goworld(["status", one]).code, 0);
});

test("a server whose advertise_addr leads to another's dispatcher does not start", async (t) => {
  const [dispatcher] = await freePorts(1);
  const one = await builtServer(t, { dispatcher });
  const other = await builtServer(t);
  const ini = path.join(other, "goworld.ini");
  fs.writeFileSync(ini, `${fs.readFileSync(ini, "utf8")}[dispatcher1]\nadvertise_addr=127.0.0.1:${dispatcher}\n`);
  assert.equal(goworld(["start", one]).code, 0);
  const refusal = `^goworld: the advertise_addr of dispatcher1, 127.0.0.1:${dispatcher}, leads to another server \\(pid ${pidOf(one, "dispatcher1")}: .* -configfile ${one}/goworld.ini\\); leave it out of ${ini} `;
  for (const name of ["start", "run"]) assertFails(goworld([name, other]), new RegExp(refusal));
});

test("an ini elsewhere holds the state of its server", async (t) => {
  const dir = await builtServer(t);
  const ini = path.join(path.dirname(dir), "other.ini");
  fs.renameSync(path.join(dir, "goworld.ini"), ini);
  const started = goworld(["-configfile", ini, "-d", "start", dir]);
  assert.equal(started.code, 0, started.err);
  assert.equal(fs.existsSync(path.join(path.dirname(dir), "run/game1.log")), true);
  assert.equal(goworld(["status", dir, `--configfile=${ini}`]).code, 0);
  assert.equal(goworld(["stop", dir, "-configfile", ini]).code, 0);
});

test("a process that was ended is down, and the rest can be stopped even with a broken ini", async (t) => {
  const dir = await builtServer(t);
  assert.equal(goworld(["start", dir]).code, 0);
  process.kill(pidOf(dir, "game1"));
  const status = await until(() => goworld(["status", dir]), ({ out }) => /Terminated/.test(out));
  assert.equal(status.code, 1);
  assert.match(status.out, /0\/1 games .*\n[^]* game1 is down: it was ended by signal 15 \(Terminated\); start it again: \S*goworld start /);
  fs.writeFileSync(path.join(dir, "goworld.ini"), "nonsense");
  assert.equal(goworld(["stop", dir]).out, "supervisor has stopped\ngate1 has stopped\ndispatcher1 has stopped\n");
});

test("the demo script starts what is down, and leaves alone what runs", async (t) => {
  const dir = await builtServer(t);
  const demo = () => {
    const done = spawnSync(path.join(root, "tools/demo"), [dir], { encoding: "utf8", env: { ...process.env, GOWORLD: command } });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
  assert.match(demo(), /dispatcher1 serves[^]*Open {2}http:\/\/127\.0\.0\.1:0\/ /);
  const [game, gate] = [pidOf(dir, "game1"), pidOf(dir, "gate1")];
  assert.match(demo(), /is running already[^]*Open /);
  process.kill(game);
  await until(() => goworld(["status", dir]), ({ out }) => /Terminated/.test(out));
  assert.match(demo(), /game1 serves[^]*Open /);
  assert.notEqual(pidOf(dir, "game1"), game);
  assert.equal(pidOf(dir, "gate1"), gate);
  assert.equal(goworld(["status", dir]).code, 0);
});

test("a game that ends at once is named with its last log lines, and nothing stays", async (t) => {
  const dir = serverDir(t, { "game.c": brokenGame, "goworld.ini": await iniText() });
  assert.equal(goworld(["build", dir]).code, 0);
  const started = goworld(["start", dir]);
  assertFails(started, /^goworld: game1 did not start: it ended with exit code 3$/);
  assert.match(started.err, /\nThe last lines of .*game1\.log:\nline 3\n[^]*line 12\n$/);
  assert.match(goworld(["status", dir]).out, /^0 dispatcher running, 0\/1 gates running, 0\/1 games/);
});

test("a port in use is named, and nothing stays", async (t) => {
  for (const role of ["dispatcher", "gate"]) {
    const taken = net.createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => taken.once("listening", resolve));
    t.after(() => taken.close());
    const { port } = taken.address();
    const dir = await builtServer(t, { [role]: port });
    const started = goworld(["start", dir]);
    assertFails(started, new RegExp(`${role}1 did not start: .*127\\.0\\.0\\.1:${port}.*in use`));
    assert.equal(started.err.match(/in use/g).length, 1, started.err);
    assert.equal(goworld(["status", dir]).out.split("\n")[0].match(/[1-9]\d* dispatcher|[1-9]\d*\/1/), null);
  }
});

test("a folder that cannot be written is one sentence", async (t) => {
  const dir = await builtServer(t);
  fs.writeFileSync(path.join(dir, "run"), "a file where a folder should be");
  assertFails(goworld(["start", dir]), /^goworld: cannot write to the folder .*\/plain\/run: Not a directory$/);
  if (process.getuid() !== 0) {
    fs.rmSync(path.join(dir, "run"));
    fs.chmodSync(dir, 0o555);
    assertFails(goworld(["start", dir]), /^goworld: cannot create the folder .*\/plain\/run: Permission denied$/);
    fs.chmodSync(dir, 0o755);
  }
});

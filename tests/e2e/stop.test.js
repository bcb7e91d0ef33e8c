// How a server ends: saved, told how far that is, in time, or at once when somebody insists.
import test from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";

import { assertFails, command, goworld, iniText, pidOf, root, serverDir, until } from "./goworld.js";

const STONES = 20;

/** A game of stones, whose last weight is saved when it ends. */
const game = `
#include <goworld/goworld.h>
typedef struct Stone { gw_entity base; int64_t weight; } Stone;
static const gw_attr Stone_attrs[] = {GW_ATTR(Stone, weight, GW_PERSISTENT), GW_ATTR_END};
static void last(gw_entity *self)
{
    Stone *stone = (Stone *)self;
    GW_SET(stone, weight, 1000);
}
static const gw_entity_type Stone_type = {.name = "Stone", .size = sizeof(Stone), .attrs = Stone_attrs, .persistent = true,
    .on_destroy = last};
static const gw_entity_type *const types[] = {&Stone_type, NULL};
static void ready(void)
{
    for (int i = 0; i < ${STONES}; i++) {
        Stone *stone = GW_AS(Stone, gw_create(&Stone_type));
        GW_SET(stone, weight, i);
    }
}
static const gw_game table = {.types = types, .on_ready = ready};
int main(int argc, char **argv) { return gw_main(&table, argc, argv); }
`;

async function build(t, more = "") {
  const dir = serverDir(t, { "game.c": game, "goworld.ini": `${await iniText()}[game1]\nboot_entity=Stone\n${more}` });
  assert.equal(goworld(["build", dir]).code, 0);
  return dir;
}

async function startServer(t, more) {
  const dir = await build(t, more);
  const started = goworld(["start", dir]);
  assert.equal(started.code, 0, started.err);
  return dir;
}

const logOf = (dir) => fs.readFileSync(path.join(dir, "run/game1.log"), "utf8");

/** The program of database.c. */
function databaseProgram(dir) {
  const program = path.join(dir, "..", "database");
  if (!fs.existsSync(program)) execFileSync("cc", [path.join(root, "tests/e2e/database.c"), "-o", program, "-lsqlite3"]);
  return program;
}

const databaseOf = (dir) => path.join(dir, "run/entities.sqlite");
/** How many stones have been saved when the game ended. */
const savedIn = (dir) => execFileSync(databaseProgram(dir), ["dump", databaseOf(dir), "Stone"], { encoding: "utf8" }).match(/03E8/g)?.length ?? 0;

/** A program that has said something, with all that it has said and its end. */
function start(t, program, args) {
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  for (const [key, output] of [["out", child.stdout], ["err", child.stderr]])
    output.setEncoding("utf8").on("data", (text) => (said[key] += text));
  t.after(() => child.kill("SIGKILL"));
  return { said, child, ended: once(child, "close").then(([code]) => ({ code, ...said })) };
}

/** Keeps the game from saving until it is called. */
async function lock(t, dir) {
  const locker = start(t, databaseProgram(dir), ["lock", databaseOf(dir)]);
  await until(() => locker.said.out, (text) => text.includes("locked"));
  return async () => {
    locker.child.stdin.end();
    await locker.ended;
  };
}

/** Whether somebody listens at that socket. */
async function listens(file) {
  const connection = net.connect(file);
  const listening = await new Promise((resolve) => connection.once("connect", () => resolve(true)).once("error", () => resolve(false)));
  connection.destroy();
  return listening;
}

const SAVES = new RegExp(`game1 is saving: ${STONES} requests to the databases are left, and \\d+ seconds`);

test("stop tells how saving goes, and who asks again waits for the same end", async (t) => {
  const dir = await startServer(t);
  const unlock = await lock(t, dir);
  const first = start(t, command, ["stop", dir]);
  await until(() => first.said.out, (text) => SAVES.test(text));
  const second = start(t, command, ["stop", dir]);
  await until(() => second.said.out, (text) => SAVES.test(text));
  const status = goworld(["status", dir]);
  assert.match(status.out, /0\/1 games .* running\n[^]* game1 is ending\n[^]*the server is ending; wait for it: /);
  assert.equal(status.code, 1);
  assertFails(goworld(["start", dir]), /is being ended by another goworld \(pid \d+\)$/);
  assertFails(goworld(["reload", dir]), /is being ended by another goworld \(pid \d+\)$/);
  await unlock();
  const both = await Promise.all([first.ended, second.ended]);
  for (const { code, out, err } of both) {
    assert.equal(code, 0, err);
    assert.match(out, /^game1 has stopped$/m);
  }
  // Either may find that the other has ended the dispatcher before.
  assert.match(both.map(({ out }) => out).join(""), /^dispatcher1 has stopped$/m);
  assert.equal(savedIn(dir), STONES);
  assert.equal(logOf(dir).match(/ stopping entities=/g).length, 1);
});

test("a second signal ends a game at once, and the first does not", async (t) => {
  const dir = await startServer(t);
  await lock(t, dir);
  const pid = pidOf(dir, "game1");
  process.kill(pid, "SIGTERM");
  await until(() => logOf(dir), (log) => log.includes(` saving requests=${STONES} `));
  assert.match(goworld(["status", dir]).out, / game1 is ending\n[^]* starts again what dies/);
  assertFails(goworld(["start", dir]), new RegExp(`game1 \\(pid ${pid}\\) is ending; start .* when it has ended$`));
  assertFails(goworld(["reload", dir]), new RegExp(`game1 \\(pid ${pid}\\) is ending$`));
  process.kill(pid, "SIGINT");
  const log = await until(() => logOf(dir), (text) => text.includes("game: ended before everything was saved"));
  assert.match(log, new RegExp(`ERROR game1 stopped_unsaved requests=${STONES} bytes=\\d+ why="told to end at once"`));
  const { out } = await until(() => goworld(["status", dir]), (status) => !status.out.includes(` ${pid} `));
  assert.match(out, /game1 is down: it was told to end, and has not saved everything; start it again/);
  assert.equal(savedIn(dir), 0);
});

test("a game that cannot save has stop_timeout for it, and stop says that it has not", async (t) => {
  const dir = await startServer(t, "stop_timeout=2\n");
  await lock(t, dir);
  const done = await start(t, command, ["stop", dir]).ended;
  assert.match(done.out, SAVES);
  assertFails(done, new RegExp(`game1 ended before everything was saved: ${STONES} requests waited for the databases; its log tells more`));
  assert.match(done.out, /^dispatcher1 has stopped$/m);
  assert.match(logOf(dir), /stopped_unsaved .* why="stop_timeout is over"/);
  assertFails(goworld(["stop", dir]), /is not running$/);
});

test("stop says that a game has died before it had saved", async (t) => {
  const dir = await startServer(t);
  await lock(t, dir);
  const pid = pidOf(dir, "game1");
  const stop = start(t, command, ["stop", dir]);
  await until(() => stop.said.out, (text) => SAVES.test(text));
  process.kill(pid, "SIGKILL");
  const done = await stop.ended;
  assertFails(done, /game1 died before everything was saved; its log may tell why$/);
  assert.match(done.out, /^dispatcher1 has stopped$/m);
});

test("however often stop is asked for, a game that is busy saves first", async (t) => {
  const dir = await startServer(t);
  const pid = pidOf(dir, "game1");
  process.kill(pid, "SIGSTOP");
  const stops = Array.from({ length: 10 }, () => start(t, command, ["stop", dir]));
  for (const stop of stops) await until(() => stop.said.out, (out) => out.includes("game1 (pid"));
  const last = stops.pop();
  for (const stop of stops) {
    stop.child.kill("SIGINT");
    assertFails(await stop.ended, /goes on ending; wait for it: \S*goworld stop /);
  }
  process.kill(pid, "SIGCONT");
  const done = await last.ended;
  assert.equal(done.code, 0, done.err);
  assert.equal(savedIn(dir), STONES);
});

test("whoever waits for a game that dies before it has saved hears that", async (t) => {
  const dir = await startServer(t);
  await lock(t, dir);
  const pid = pidOf(dir, "game1");
  const stops = [start(t, command, ["stop", dir]), start(t, command, ["stop", dir])];
  for (const stop of stops) await until(() => stop.said.out, (text) => SAVES.test(text));
  process.kill(pid, "SIGKILL");
  for (const stop of stops) assertFails(await stop.ended, /game1 died before everything was saved; its log may tell why$/);
});

/** Bytes that have come over connections of that port, at either end of them, and were not read yet. */
function unread(port, end) {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = fs.readFileSync("/proc/net/tcp", "utf8").trim().split("\n").slice(1).map((line) => line.trim().split(/\s+/));
  const waiting = lines.filter(([, local, remote, state]) => state === "01" && { local, remote }[end].endsWith(`:${hex}`));
  return waiting.reduce((sum, line) => sum + parseInt(line[4].split(":")[1], 16), 0);
}

// The answer of the dispatcher, by which the game is handed on, and the signal are there in the same moment.
for (const [how, ask] of [
  ["handed over", (t, dir) => start(t, command, ["reload", dir])],
  ["frozen", (_, dir) => process.kill(pidOf(dir, "game1"), "SIGHUP")],
])
  test(`a game that is to end just when it is ${how} does`, async (t) => {
    const dir = await startServer(t);
    const port = Number(fs.readFileSync(path.join(dir, "goworld.ini"), "utf8").match(/\[dispatcher1\]\nlisten_addr=.*:(\d+)/)[1]);
    const game = pidOf(dir, "game1");
    const dispatcher = pidOf(dir, "dispatcher1");
    process.kill(dispatcher, "SIGSTOP");
    ask(t, dir);
    await until(() => logOf(dir), (log) => log.includes(" coming_to_rest"));
    const before = unread(port, "local");
    await until(() => unread(port, "local"), (bytes) => bytes > before);
    process.kill(game, "SIGSTOP");
    process.kill(dispatcher, "SIGCONT");
    await until(() => unread(port, "remote"), Boolean);
    process.kill(game, "SIGTERM");
    process.kill(game, "SIGCONT");
    await until(() => goworld(["status", dir]).out, (out) => / - {2}game1 is (down: it was told|down: it ended with exit code 0|frozen)/.test(out));
    assert.equal(logOf(dir).match(/broken invariant|died/), null);
    assert.ok(savedIn(dir) === STONES || fs.existsSync(path.join(dir, "run/game1_freezed.dat")));
  });

test("a frozen game that was passed over does not come back over what was saved since", async (t) => {
  const dir = await startServer(t);
  const frozen = path.join(dir, "run/game1_freezed.dat");
  process.kill(pidOf(dir, "game1"), "SIGHUP");
  await until(() => goworld(["status", dir]).out, (out) => out.includes("game1 is frozen"));
  const anew = start(t, path.join(dir, path.basename(dir)), ["-gid", "1", "-configfile", path.join(dir, "goworld.ini")]);
  await until(() => anew.said.err, (log) => log.includes(" serving "));
  assert.match(anew.said.err, /WARN game1 frozen_file_ignored file=.*\/game1_freezed\.dat\.ignored why=/);
  anew.child.kill("SIGTERM");
  assert.equal((await anew.ended).code, 0);
  assert.ok(!fs.existsSync(frozen) && fs.existsSync(`${frozen}.ignored`));
});

test("a game that waits for its dispatcher ends at the first signal", async (t) => {
  const dir = await build(t);
  const program = path.join(dir, path.basename(dir));
  const args = ["-gid", "1", "-configfile", path.join(dir, "goworld.ini")];
  const alone = start(t, program, args);
  await until(() => listens(path.join(dir, "run/game1.sock")), Boolean);
  const again = await start(t, program, args).ended;
  assertFails(again, new RegExp(`it runs already: .*game1.pid names pid ${alone.child.pid}; stop that first, with goworld stop or kill ${alone.child.pid}$`));
  const stopped = goworld(["stop", dir]);
  assert.equal(stopped.code, 0, stopped.err);
  assert.match(stopped.out, /^game1 has stopped$/m);
  assert.deepEqual((await alone.ended).code, 0);
  assert.deepEqual(fs.readdirSync(path.join(dir, "run")).filter((name) => /pid|sock/.test(name)), []);
});

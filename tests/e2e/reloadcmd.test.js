// goworld reload, on servers that goworld start has brought up.
import test from "node:test";
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";

import { Client } from "../../clients/js/goworld.js";
import { tcp } from "../../clients/js/transport-tcp.js";
import { assertFails, command, goworld, pidOf, serverDir, until } from "./goworld.js";
import { freePorts } from "./ports.js";

/** Attributes of an Account in the first version of the game and in another: one is gone, one is new, one has another
 * type, and they stand in another order. */
const LAYOUTS = [
  { members: "int64_t greeted; gw_text mood;", rows: "GW_ATTR(Account, greeted, 0), GW_ATTR(Account, mood, 0)" },
  { members: "gw_text title; int32_t greeted;", rows: "GW_ATTR(Account, title, 0), GW_ATTR(Account, greeted, 0)" },
];

/** A game whose players greet. `version`: what they say; `restored`: what they do when they come into another process. */
const game = ({ version = 1, restored = "return GW_OK;", layout = LAYOUTS[0] } = {}) => `
#include <goworld/goworld.h>
typedef struct Account { gw_entity base; ${layout.members} } Account;
extern const gw_entity_type Account_type;
#define ACCOUNT_RPC(RPC) RPC(Account, Greet, GW_OWN_CLIENT) RPC(Account, Sleep, GW_OWN_CLIENT | GW_FIBER)
GW_RPC_DECLARE(ACCOUNT_RPC)
#define ACCOUNT_CLIENT_RPC(RPC) RPC(Account, OnGreet, (i64, version), (i64, greeted)) RPC(Account, OnSleep)
GW_CLIENT_RPC_DECLARE(ACCOUNT_CLIENT_RPC)
void Account_Greet(Account *self)
{
    GW_SET(self, greeted, self->greeted + 1);
    Account_client_OnGreet(gw_own_client(&self->base), ${version}, self->greeted);
}
void Account_Sleep(Account *self)
{
    Account_client_OnSleep(gw_own_client(&self->base));
    if (gw_await_sleep(3600 * 1000))
        return;
}
static gw_err restored(gw_entity *self, gw_map carried)
{
    (void)self, (void)carried;
    ${restored}
}
GW_RPC_DEFINE(Account, ACCOUNT_RPC)
static const gw_attr Account_attrs[] = {${layout.rows}, GW_ATTR_END};
const gw_entity_type Account_type = {.name = "Account", .size = sizeof(Account), .attrs = Account_attrs,
    .methods = Account_methods, .on_restored = restored, .on_client_lost = gw_destroy};
static const gw_entity_type *const types[] = {&Account_type, NULL};
static const gw_game table = {.types = types};
int main(int argc, char **argv) { return gw_main(&table, argc, argv); }
`;

async function startServer(t, games = 1) {
  const [dispatcher, gate, http, ...ports] = await freePorts(3 + games);
  const dir = serverDir(t, {
    "game.c": game(),
    "goworld.ini": `[deployment]
desired_games=${games}
[dispatcher1]
listen_addr=127.0.0.1:${dispatcher}
http_addr=127.0.0.1:0
[game_common]
boot_entity=Account
${ports.map((port, i) => `[game${i + 1}]\nhttp_addr=127.0.0.1:${port}\n`).join("")}[gate1]
listen_addr=127.0.0.1:${gate}
http_addr=127.0.0.1:${http}
`,
  });
  for (const step of ["build", "start"]) {
    const done = goworld([step, dir]);
    assert.equal(done.code, 0, done.err);
  }
  return { dir, gate, ports };
}

async function connect(t, port) {
  const client = new Client({ connect: tcp(port) });
  t.after(() => client.close());
  const closed = [];
  client.on("close", (why) => closed.push(why));
  const player = await new Promise((resolve) => {
    client.on("player", resolve);
    client.open();
  });
  const greetings = [];
  player.on("OnGreet", (version, greeted) => greetings.push([version, greeted]));
  const greet = async () => {
    const count = greetings.length;
    player.call("Greet");
    await until(() => greetings.length, (length) => length > count);
    return greetings.at(-1);
  };
  return { player, greet, closed };
}

/** Also when nobody has taken its end yet. */
function isDead(pid) {
  const file = `/proc/${pid}/stat`;
  return !fs.existsSync(file) || / Z /.test(fs.readFileSync(file, "utf8"));
}

const write = (dir, how) => fs.writeFileSync(path.join(dir, "game.c"), game(how));

test("new code goes live under a player's feet, and everything follows the new process", async (t) => {
  const { dir, gate, ports } = await startServer(t);
  const { greet, closed } = await connect(t, gate);
  assert.deepEqual(await greet(), [1, 1]);
  const before = pidOf(dir, "game1");
  write(dir, { version: 2, layout: LAYOUTS[1] });
  const done = goworld(["reload", "-build", dir]);
  assert.equal(done.code, 0, done.err);
  assert.match(fs.readFileSync(path.join(dir, "run/game1.log"), "utf8"), /attribute_dropped type=Account attribute="?mood"? entities=1/);
  const after = pidOf(dir, "game1");
  assert.match(done.out, new RegExp(`^game1 goes on with the new code \\(pid ${after}, before ${before}\\); players waited for \\d+ ms\n`
    + "game1: 1 value of attributes found no place in the new code, and is gone; its log says which$", "m"));
  assert.notEqual(after, before);
  assert.deepEqual(await greet(), [2, 2]);
  assert.deepEqual(closed, []);
  const status = await until(() => goworld(["status", dir]), ({ code }) => code === 0);
  assert.match(status.out, new RegExp(`^ +${after} +game1`, "m"));
  assert.match(await (await fetch(`http://127.0.0.1:${ports[0]}/healthz`)).text(), /ok/i);
  process.kill(after, "SIGKILL");
  await until(() => goworld(["status", dir]).out, (out) => /game1 .*-configfile/.test(out) && !out.includes(` ${after} `));
  const stopped = goworld(["stop", dir]);
  assert.equal(stopped.code, 0, stopped.err);
});

test("a game that has been reloaded and is told to end stays down", async (t) => {
  const { dir } = await startServer(t);
  assert.equal(goworld(["reload", dir]).code, 0);
  process.kill(pidOf(dir, "game1"), "SIGTERM");
  await until(() => goworld(["status", dir]).out, (out) => /game1 is down: (it was told to end|it ended with exit code 0); start it again: \S*goworld start/.test(out));
});

test("a game that dies as soon as it has been reloaded is started again", async (t) => {
  const { dir } = await startServer(t);
  const supervisor = pidOf(dir, "supervisor");
  process.kill(supervisor, "SIGSTOP"); // which sees both ends at once then
  assert.equal(goworld(["reload", dir]).code, 0);
  const pid = pidOf(dir, "game1");
  process.kill(pid, "SIGKILL");
  await until(() => isDead(pid), Boolean);
  process.kill(supervisor, "SIGCONT");
  const status = await until(() => goworld(["status", dir]), ({ code, out }) => code === 0 && !out.includes(` ${pid} `));
  assert.match(status.out, /started again 1 time, .*: the process that had taken over ended$/m);
});

test("whatever is wrong with the new code, the old goes on and the command says why", async (t) => {
  const { dir, gate } = await startServer(t);
  const { greet, closed, player } = await connect(t, gate);
  const before = pidOf(dir, "game1");
  fs.appendFileSync(path.join(dir, "game.c"), "this is no C\n");
  assert.equal(goworld(["reload", "-build", dir]).code, 1);
  write(dir, { restored: "return GW_EIO;" });
  assertFails(goworld(["reload", "-build", dir]),
    /game1: cannot restore the game: on_restored of Account\/.{16} has failed: .*; it goes on as it was$/);
  write(dir, { restored: "__builtin_trap();" });
  assertFails(goworld(["reload", "-build", dir]), /game1: the new program (was ended by signal|ended with exit code) \d+.*; it goes on as it was$/);
  fs.writeFileSync(path.join(dir, "plain"), "#!/bin/sh\nexit 3\n");
  assertFails(goworld(["reload", dir]), /plain does not run, or does not say what its game is made of/);
  write(dir, { version: 3 });
  assert.equal(goworld(["build", dir]).code, 0);
  await new Promise((resolve) => {
    player.on("OnSleep", resolve);
    player.call("Sleep");
  });
  assertFails(goworld(["reload", dir]), /game1: Sleep of Account\/.{16} still awaits something; fibers in all: 1; it goes on as it was$/);
  assert.equal(pidOf(dir, "game1"), before);
  assert.deepEqual(await greet(), [1, 1]);
  assert.deepEqual(closed, []);
});

test("all games are reloaded, one after the other, and nothing where nothing runs", async (t) => {
  const { dir } = await startServer(t, 2);
  const before = ["game1", "game2"].map((name) => pidOf(dir, name));
  const done = goworld(["reload", dir]);
  assert.equal(done.code, 0, done.err);
  assert.deepEqual(done.out.match(/^game\d goes on/gm), ["game1 goes on", "game2 goes on"]);
  assert.ok(before.every((pid, i) => pid !== pidOf(dir, `game${i + 1}`)));
  goworld(["stop", dir]);
  assertFails(goworld(["reload", dir]), /no game of .* runs; start it with \S*goworld start/);
  assert.equal(goworld(["status", "-build", dir]).code, 2);
});

test("a game that was frozen goes on with the next start", async (t) => {
  const { dir, gate } = await startServer(t);
  const { greet, closed } = await connect(t, gate);
  await greet();
  const pid = pidOf(dir, "game1");
  const file = path.join(dir, "run/game1_freezed.dat");
  process.kill(pid, "SIGHUP");
  await until(() => goworld(["status", dir]).out, (out) => out.includes(`game1 is frozen; it goes on with: ${command} start ${dir}`));
  assert.ok(fs.existsSync(file));
  const started = goworld(["start", dir]);
  assert.equal(started.code, 0, started.err);
  assert.deepEqual(await greet(), [1, 2]);
  assert.deepEqual(closed, []);
  assert.ok(!fs.existsSync(file));
});

test("a start that fails freezes again what it had let go on", async (t) => {
  const { dir, gate } = await startServer(t);
  const file = path.join(dir, "run/game1_freezed.dat");
  for (const [name, signal] of [["gate1", "SIGTERM"], ["game1", "SIGHUP"]]) {
    process.kill(pidOf(dir, name), signal);
    await until(() => goworld(["status", dir]).out, (out) => new RegExp(` - {2}${name} is (down|frozen)`).test(out));
  }
  const squatter = net.createServer().listen(gate, "127.0.0.1");
  t.after(() => squatter.close());
  await once(squatter, "listening");
  const failed = goworld(["start", dir]);
  assertFails(failed, new RegExp(`gate1 did not start: .*127\\.0\\.0\\.1:${gate}`));
  assert.match(failed.out, /^game1 serves /m, failed.err);
  assert.ok(fs.existsSync(file));
  assert.equal(fs.readFileSync(path.join(dir, "run/game1.log"), "utf8").match(/ frozen file=/g).length, 2);
  squatter.close();
  await once(squatter, "close");
  const started = goworld(["start", dir]);
  assert.equal(started.code, 0, started.err);
  assert.ok(!fs.existsSync(file));
});

test("a file that is damaged is refused, and stays", async (t) => {
  const { dir } = await startServer(t);
  const file = path.join(dir, "run/game1_freezed.dat");
  process.kill(pidOf(dir, "game1"), "SIGHUP");
  await until(() => goworld(["status", dir]).out, (out) => out.includes(`game1 is frozen; it goes on with: ${command} start ${dir}`));
  const bytes = fs.readFileSync(file);
  for (const [change, why] of [
    [(b) => b.subarray(0, 20), /it is cut off/],
    [(b) => Buffer.concat([b.subarray(0, 40), Buffer.from([b[40] ^ 1]), b.subarray(41)]), /it is damaged/],
    [() => Buffer.from("nonsense"), /it is no frozen game/],
  ]) {
    fs.writeFileSync(file, change(bytes));
    const failed = goworld(["start", dir]);
    assert.equal(failed.code, 1);
    assert.match(failed.err, why);
    assert.ok(fs.existsSync(file));
  }
  fs.writeFileSync(file, bytes);
  const started = goworld(["start", dir]);
  assert.equal(started.code, 0, started.err);
});

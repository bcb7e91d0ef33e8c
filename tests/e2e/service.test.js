// What systemd runs, and what it is told.
import test from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

import { assertFails, command, goworld, iniText, pidOf, root, serverDir, until } from "./goworld.js";

const game = `
#include <goworld/goworld.h>
typedef struct Account { gw_entity base; } Account;
static const gw_entity_type Account_type = {.name = "Account", .size = sizeof(Account)};
static const gw_entity_type *const types[] = {&Account_type, NULL};
static const gw_game table = {.types = types};
int main(int argc, char **argv) { return gw_main(&table, argc, argv); }
`;

async function build(t, ini = "", games = 1) {
  const dir = serverDir(t, { "game.c": game, "goworld.ini": `${(await iniText({ games })).replace("[game_common]", "[game_common]\nboot_entity=Account")}${ini}` });
  const built = goworld(["build", dir]);
  assert.equal(built.code, 0, built.err);
  return dir;
}

test("units run each process of the ini, with nothing left open", async (t) => {
  const dir = await build(t, "[game1]\nstop_timeout=70\n", 2);
  const folder = path.join(dir, "..", "units");
  assertFails(goworld(["units", dir, folder]), /cannot write .*units\/plain.*: No such file/);
  fs.mkdirSync(folder);
  const done = goworld(["units", dir, folder, "-user", "games"]);
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /^They run as games\.[^]*systemctl enable --now plain\.target$/m);
  const units = Object.fromEntries(fs.readdirSync(folder).map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]));
  assert.deepEqual(Object.keys(units).sort(), ["plain-dispatcher@.service", "plain-game@.service", "plain-gate@.service", "plain.target"]);
  for (const text of Object.values(units)) {
    assert.doesNotMatch(text, /@[a-z]+@/);
    assert.ok(text.startsWith(`# Made by goworld units from ${dir}/goworld.ini.\n`));
  }
  assert.match(units["plain.target"], /^Wants=plain-dispatcher@1\.service plain-game@1\.service plain-game@2\.service plain-gate@1\.service$/m);
  const unit = units["plain-game@.service"];
  for (const line of [
    "Type=notify",
    "User=games",
    "After=network.target plain-dispatcher@1.service",
    `ExecStart=${dir}/plain -gid %i -configfile ${dir}/goworld.ini -resume`,
    `ExecReload=${command} -configfile ${dir}/goworld.ini reload ${dir} -game %i`,
    "TimeoutStopSec=80",
    "RestartPreventExitStatus=74",
  ])
    assert.ok(unit.split("\n").includes(line), `${line}\n${unit}`);
  assert.match(units["plain-gate@.service"], /^After=network\.target plain-dispatcher@1\.service plain-game@1\.service plain-game@2\.service$/m);
  const half = goworld(["units", dir]);
  assert.equal(half.code, 2);
  assert.match(half.err, /^goworld: units needs a server directory and a folder: goworld units DIR FOLDER/);
  assert.equal(goworld(["reload", dir, "-game", "x"]).code, 2);
});

/** A program as a service, and what it tells. */
function serve(t, dir, name, args) {
  const program = path.join(dir, "..", "service");
  if (!fs.existsSync(program)) execFileSync("cc", [path.join(root, "tests/e2e/service.c"), "-o", program]);
  const socket = path.join(dir, "..", `${name}.notify`);
  const child = spawn(program, [socket, ...args], { cwd: dir, stdio: ["pipe", "pipe", "ignore"] });
  const service = { socket, told: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (service.told += text));
  t.after(() => child.kill("SIGKILL"));
  return service;
}

test("a game that is a service is found, reloaded and stopped, and tells of all that", async (t) => {
  const dir = await build(t);
  const ini = path.join(dir, "goworld.ini");
  const processes = {
    dispatcher1: [command, "dispatcher", "-dispid", "1", "-configfile", ini],
    game1: [path.join(dir, "plain"), "-gid", "1", "-configfile", ini, "-resume"],
    gate1: [command, "gate", "-gid", "1", "-configfile", ini],
  };
  const services = {};
  for (const [name, args] of Object.entries(processes)) {
    services[name] = serve(t, dir, name, args);
    await until(() => services[name].told, (told) => told.includes("READY=1\n"));
  }
  assert.equal(goworld(["status", dir]).code, 0);
  const { socket } = services.game1;
  let before = pidOf(dir, "game1");
  assert.match(services.game1.told, new RegExp(`^PID=${before}\n`));
  for (let round = 0; round < 2; round++) {
    // Its output is that of the new process from then on, as the journal is: a pipe would not end.
    const journal = fs.openSync(path.join(dir, "journal"), "a");
    const done = goworld(["reload", "-game", "1", dir], { env: { ...process.env, NOTIFY_SOCKET: socket }, stdio: ["ignore", journal, journal] });
    fs.closeSync(journal);
    assert.equal(done.code, 0, fs.readFileSync(path.join(dir, "journal"), "utf8"));
    const after = pidOf(dir, "game1");
    assert.notEqual(after, before);
    await until(() => services.game1.told, (told) => new RegExp(`MAINPID=${after}\nREADY=1\n$`).test(told));
    before = after;
  }
  const said = fs.readFileSync(path.join(dir, "journal"), "utf8");
  assert.equal(said.match(/INFO game1 taken_over /g).length, 2, said);
  assertFails(goworld(["reload", "-game", "2", dir]), /game2 of .* does not run$/);
  const stopped = goworld(["stop", dir]);
  assert.equal(stopped.code, 0, stopped.err);
  for (const service of Object.values(services)) await until(() => service.told, (told) => told.includes("STOPPING=1\n"));
});

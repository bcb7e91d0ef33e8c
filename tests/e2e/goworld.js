// The goworld command on server directories of the tests' own.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { freePorts } from "./ports.js";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const command = process.env.GOWORLD ?? path.join(root, "bin/goworld");

const PATIENCE_MS = 60_000;

/** A program that does what the command expects of a game, without the engine: it says that it serves, and waits. */
export const plainGame = `
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(void)
{
    const char *fd = getenv("GOWORLD_READY_FD");
    dprintf(fd ? atoi(fd) : 2, "ready\\n");
    for (;;)
        pause();
}
`;

export function goworld(args, options = {}) {
  const done = spawnSync(command, args, { encoding: "utf8", timeout: 90_000, ...options });
  return { code: done.status, out: done.stdout, err: done.stderr };
}

export async function iniText(change = {}) {
  const [dispatcher, gate] = await freePorts(2);
  const ports = { dispatcher, gate, games: 1, restarts: 10, ...change };
  return `[deployment]
desired_games=${ports.games}
max_restarts=${ports.restarts}
[dispatcher1]
listen_addr=127.0.0.1:${ports.dispatcher}
http_addr=127.0.0.1:0
[game_common]
http_addr=127.0.0.1:0
[gate1]
listen_addr=127.0.0.1:${ports.gate}
http_addr=127.0.0.1:0
`;
}

/** A server directory that is stopped and removed when the test ends. */
export function serverDir(t, files) {
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), "goworld-cli-"));
  const dir = path.join(parent, "plain");
  fs.mkdirSync(dir);
  for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(dir, name), text);
  t.after(() => {
    const elsewhere = fs.readdirSync(parent).filter((name) => name.endsWith(".ini"));
    for (const ini of elsewhere) goworld(["-configfile", path.join(parent, ini), "kill", dir]);
    goworld(["kill", dir]);
    fs.rmSync(parent, { recursive: true });
  });
  return dir;
}

export async function builtServer(t, change, game = plainGame) {
  const dir = serverDir(t, { "game.c": game, "goworld.ini": await iniText(change) });
  const built = goworld(["build", dir]);
  assert.equal(built.code, 0, built.err);
  return dir;
}

/** Asks until the answer is as wanted, and returns it. What never comes fails with the last answer. */
export async function until(ask, isWanted) {
  const giveUp = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    assert.ok(Date.now() < giveUp, `waited in vain; the last answer: ${JSON.stringify(answer)}`);
    await sleep(20);
  }
}

export function pidOf(dir, name) {
  return Number(fs.readFileSync(path.join(dir, "run", `${name}.pid`), "utf8").split(" ")[0]);
}

export function assertFails(result, sentence) {
  assert.match(result.err.split("\n")[0], sentence);
  assert.equal(result.code, 1);
}

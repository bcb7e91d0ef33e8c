// Games go on in other processes under the players' feet.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';

import { GOWORLD, skip, startCluster } from './cluster.js';
import { until } from './goworld.js';
import { Talker } from './talker.js';

const COUNTS = { dispatcher: 2, game: 2, gate: 2 };
const TALKERS = 24;
const ROUNDS = Number(process.env.GW_RELOAD_ROUNDS ?? 20);

async function startLoad(t) {
    const cluster = await startCluster(COUNTS);
    const gates = cluster.namesOf('gate');
    const talkers = Array.from({ length: TALKERS }, (_, i) => new Talker(cluster, gates[i % gates.length]));
    t.after(async () => {
        for (const talker of talkers) talker.close();
        await cluster.remove();
    });
    await allServed(talkers);
    return { cluster, talkers };
}

const gameOf = (body) => `
#include <goworld/goworld.h>
#include <signal.h>
#include <unistd.h>
typedef struct Account { gw_entity base; } Account;
#define ACCOUNT_RPC(RPC) RPC(Account, Echo, GW_OWN_CLIENT, (i64, number))
GW_RPC_DECLARE(ACCOUNT_RPC)
#define ACCOUNT_CLIENT_RPC(RPC) RPC(Account, OnEcho, (i64, number))
GW_CLIENT_RPC_DECLARE(ACCOUNT_CLIENT_RPC)
void Account_Echo(Account *self, int64_t number)
{
    Account_client_OnEcho(gw_own_client(&self->base), number);
}
static gw_err restored(gw_entity *self, gw_map carried)
{
    (void)self, (void)carried;
    ${body}
}
GW_RPC_DEFINE(Account, ACCOUNT_RPC)
static const gw_entity_type Account_type = {
    .name = "Account", .size = sizeof(Account), .methods = Account_methods, .on_restored = restored,
    .on_client_lost = gw_destroy};
static const gw_entity_type *const types[] = {&Account_type, NULL};
static const gw_game game = {.types = types};
int main(int argc, char **argv)
{
    return gw_main(&game, argc, argv);
}
`;

function allServed(talkers) {
    return Promise.all(talkers.map((talker) => talker.served()));
}

function note(talkers) {
    return talkers.map(({ closes, player, missing, wrong, gameid }) => ({ closes, player, missing, wrong, gameid }));
}

/** By a file, as to another machine. */
async function reloadByFile(cluster, name) {
    await cluster.freeze(name);
    assert.ok(existsSync(cluster.frozenPath(name)), 'there is no file');
    await cluster.start(name, '-restore');
    assert.ok(!existsSync(cluster.frozenPath(name)), 'the file could be restored once more');
}

async function reload(cluster, name) {
    assert.match(await cluster.succeed(name), /^ready paused_ms=\d+$/);
}

/** Nobody notices anything of `rounds` times `act`, by turns with each game. */
async function nobodyNotices(cluster, talkers, rounds, act) {
    const before = note(talkers);
    for (let round = 0; round < rounds; round++) {
        const what = await act(round % 2 ? 'game1' : 'game2', round);
        await allServed(talkers);
        assert.deepEqual(note(talkers), before, `round ${round} ${what ?? ''}: ${await cluster.logTails()}`);
    }
    await cluster.assertSound();
}

for (const [how, act] of [['by a successor', reload], ['by a file', reloadByFile]])
    test(`${ROUNDS} reloads ${how} under load: nothing is lost, doubled or out of order, nobody disconnected`, { skip },
        async (t) => {
            const { cluster, talkers } = await startLoad(t);
            await nobodyNotices(cluster, talkers, ROUNDS, (name) => act(cluster, name));
        });

/** The program of a game that answers as the cluster's does, and whose players do that when they are restored. */
async function buildVersion(cluster, name, body) {
    const dir = path.join(cluster.dir, '..', name);
    await mkdir(dir);
    await writeFile(path.join(dir, 'game.c'), gameOf(body));
    await writeFile(path.join(dir, 'goworld.ini'), '[game_common]\nboot_entity=Account\n');
    await promisify(execFile)(GOWORLD, ['build', dir]);
    return path.join(dir, name);
}

/** A script in the cluster's folder that is started as the game's program. */
async function writeProgram(cluster, name, text) {
    const file = path.join(cluster.dir, name);
    await writeFile(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    return file;
}

test('a successor that fails, whenever and however, leaves the old process as it was', { skip }, async (t) => {
    const { cluster, talkers } = await startLoad(t);
    const untilCalledOff = async (child) => {
        const log = path.join(cluster.logs, 'game1.log');
        await until(() => readFile(log, 'utf8'), (text) => text.includes('did not restore the game in time'));
        child.kill('SIGKILL');
    };
    const cases = [
        { program: await writeProgram(cluster, 'ends', 'exit 3') },
        { program: await writeProgram(cluster, 'crashes', 'kill -SEGV $$') },
        { meanwhile: (child) => child.kill('SIGKILL') },
        {
            program: await buildVersion(cluster, 'refuses', 'return GW_EIO;'),
            said: /^cannot restore the game: on_restored of Account\/.{16} has failed: the operating system/,
        },
        { program: await buildVersion(cluster, 'dies', 'raise(SIGKILL); return GW_OK;') },
        { program: await buildVersion(cluster, 'hangs', 'for (;;) pause(); return GW_OK;'), meanwhile: untilCalledOff },
    ];
    await nobodyNotices(cluster, talkers, cases.length, async (_, round) => {
        const { said = /^/, ...how } = cases[round];
        const answer = await cluster.succeed('game1', how);
        assert.doesNotMatch(answer, /^ready/);
        assert.match(answer, said);
        return answer;
    });
    await nobodyNotices(cluster, talkers, 2, (name) => reload(cluster, name));
});

test('a successor that has all goes on when the old process is killed then', { skip }, async (t) => {
    const { cluster, talkers } = await startLoad(t);
    const program = await buildVersion(cluster, 'usurps', `kill(${cluster.pid('game1')}, SIGKILL); return GW_OK;`);
    await nobodyNotices(cluster, talkers, 1, async () => assert.match(await cluster.succeed('game1', { program }), /^ready/));
});

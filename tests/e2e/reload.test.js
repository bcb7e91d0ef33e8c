// Games go on in other processes under the players' feet.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { isDeepStrictEqual, promisify } from 'node:util';

import { GOWORLD, skip, startCluster } from './cluster.js';
import { Visitors, Walker, Wanderer } from './crowd.js';
import { until } from './goworld.js';
import { Talker } from './talker.js';

const COUNTS = { dispatcher: 2, game: 2, gate: 2 };
const TALKERS = 24;
const WALKERS = 6;
const WANDERERS = 4;
const VISITORS = 4;
const ROUNDS = Number(process.env.GW_RELOAD_ROUNDS ?? 20);

async function startLoad(t) {
    const cluster = await startCluster(COUNTS);
    const gates = cluster.namesOf('gate');
    const all = [];
    t.after(async () => {
        for (const talker of all) talker.close();
        await cluster.remove();
    });
    const join = async (Kind, count) => {
        const come = Array.from({ length: count }, (_, i) => new Kind(cluster, gates[i % gates.length]));
        all.push(...come);
        await allServed(come);
        return come;
    };
    return { cluster, join, talkers: await join(Talker, TALKERS) };
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

/** What each of them would notice; a wanderer that its game is another is no surprise. */
function note(talkers) {
    return talkers.map((talker) => {
        const { closes, players, player, missing, wrong, gameid, slips = [] } = talker;
        const home = talker instanceof Wanderer ? 'any' : gameid;
        return { closes, players, player: player.id, missing, wrong, home, slips: [...slips] };
    });
}

/** By a file, as to another machine. */
async function reloadByFile(cluster, name) {
    await cluster.freeze(name);
    assert.ok(existsSync(cluster.frozenPath(name)), 'there is no file');
    await cluster.start(name, '-restore');
    assert.ok(!existsSync(cluster.frozenPath(name)), 'the file could be restored once more');
}

async function reload(cluster, name, program) {
    const said = await cluster.succeed(name, { program });
    if (!/^ready paused_ms=\d+ dropped=\d+$/.test(said)) assert.fail(`${name}: ${said}${await cluster.logTails()}`);
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

/** What the processes know of entities and clients. */
async function census(cluster) {
    return {
        accounts: await cluster.total('game', 'game_entities_of_type/Account'),
        known: await cluster.total('dispatcher', 'dispatcher_entities'),
        clients: await cluster.total('gate', 'gate_clients'),
        shown: await cluster.total('gate', 'gate_shown_entities'),
    };
}

/** Walkers in the arenas of both games, each of whom sees the others there and nobody else. */
async function startWalkers(join) {
    const walkers = await join(Walker, WALKERS);
    await Promise.all(walkers.map((walker) => walker.enter(walker.arena)));
    const neighbours = (walker) => walkers.filter((other) => other !== walker && other.gameid === walker.gameid);
    const isAmongThem = (walker) => isDeepStrictEqual(walker.inSight, neighbours(walker).map(({ player }) => player.id).sort());
    const areAlone = () => until(() => walkers.every(isAmongThem), Boolean);
    /** In what they have seen, each other's coming and going. */
    const sights = () => walkers.map((walker) =>
        walker.sights.filter((sight) => walkers.some(({ player }) => sight.slice(1) === player.id)));
    await areAlone();
    for (const walker of walkers) walker.walk();
    return { walkers, neighbours, areAlone, sights };
}

/** Talkers and walkers, who stay; wanderers, who go from game to game; visitors, who come and leave all the time. */
async function startCrowd(t) {
    const { cluster, join, talkers } = await startLoad(t);
    const { walkers, neighbours, areAlone, sights } = await startWalkers(join);
    const staying = [...talkers, ...walkers];
    const arenas = ['game1', 'game2'].map((name) => talkers.find(({ gameid }) => `game${gameid}` === name).arena);
    const before = { census: await census(cluster), sights: sights() };
    assert.equal(before.census.accounts, staying.length);
    const wanderers = await join(Wanderer, WANDERERS);
    const wandering = Promise.all(wanderers.map((wanderer) => wanderer.wander(arenas)));
    const visitors = new Visitors(cluster, arenas, VISITORS);
    t.after(() => visitors.close());

    /** As nobodyNotices, with all but the visitors. Walkers stop in the middle of the last `act`; wanderers go on after each. */
    const notice = (rounds, act) =>
        nobodyNotices(cluster, [...staying, ...wanderers], rounds, async (name, round) => {
            const done = act(name, round);
            if (round === rounds - 1) for (const walker of walkers) walker.stop();
            const what = await done;
            await Promise.all(wanderers.map((wanderer) => wanderer.arrived()));
            return what;
        });

    /** All who do not stay have left, and nothing is left of them; who stays has seen where the others stopped. */
    const disperse = async () => {
        await Promise.all(walkers.map((walker) => walker.seesAll(neighbours(walker))));
        await visitors.stop();
        for (const wanderer of wanderers) wanderer.close();
        await wandering;
        assert.deepEqual(visitors.slips, []);
        assert.ok(visitors.counts.every((count) => count > 0), `${visitors.counts}`);
        await areAlone();
        assert.deepEqual(sights(), before.sights);
        await until(() => census(cluster), (now) => isDeepStrictEqual(now, before.census));
        await cluster.assertSound();
    };
    return { cluster, notice, disperse };
}

/** The cluster's game as it is, and as it will be: with another layout of its players. */
async function buildVersions(cluster) {
    const dir = path.join(cluster.dir, '..', 'next');
    await cp(cluster.dir, dir, { recursive: true, filter: (file) => path.basename(file) !== '.obj' });
    await promisify(execFile)(GOWORLD, ['-configfile', cluster.ini, 'build', dir], { env: { ...process.env, CFLAGS: '-DNEXT_VERSION' } });
    return [undefined, path.join(dir, 'next')];
}

/** By turns in the next version and in the one before, so that the games are of different versions now and then. */
async function reloadInVersions(cluster) {
    const versions = await buildVersions(cluster);
    return (name, round) => reload(cluster, name, versions[(round >> 1) % 2 ? 0 : 1]);
}

const reloadFiles = async (cluster) => (name) => reloadByFile(cluster, name);

for (const [how, prepare] of [['by a successor, in two versions,', reloadInVersions], ['by a file', reloadFiles]])
    test(`${ROUNDS} reloads ${how} while clients come, leave, walk and go from game to game: nothing is lost, doubled or out of ` +
        'order, nobody is disconnected, and nothing is left of who has left', { skip },
        async (t) => {
            const { cluster, notice, disperse } = await startCrowd(t);
            await notice(ROUNDS, await prepare(cluster));
            await disperse();
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
    const { cluster, notice, disperse } = await startCrowd(t);
    const untilCalledOff = async (child) => {
        const log = path.join(cluster.logs, 'game1.log');
        await until(() => readFile(log, 'utf8'), (text) => text.includes('did not restore the game in time'));
        child.kill('SIGKILL');
    };
    const cases = [
        { program: await writeProgram(cluster, 'ends', 'exit 3') },
        { program: await writeProgram(cluster, 'crashes', 'kill -TRAP $$') },
        { meanwhile: (child) => child.kill('SIGKILL') },
        {
            program: await buildVersion(cluster, 'refuses', 'return GW_EIO;'),
            said: /^cannot restore the game: on_restored of Account\/.{16} has failed: the operating system/,
        },
        { program: await buildVersion(cluster, 'dies', 'raise(SIGKILL); return GW_OK;') },
        { program: await buildVersion(cluster, 'hangs', 'for (;;) pause(); return GW_OK;'), meanwhile: untilCalledOff },
    ];
    await notice(cases.length, async (_, round) => {
        const { said = /^/, ...how } = cases[round];
        const answer = await cluster.succeed('game1', how);
        assert.doesNotMatch(answer, /^ready/);
        assert.match(answer, said);
        return answer;
    });
    await notice(2, (name) => reload(cluster, name));
    await disperse();
});

test('a successor that has all goes on when the old process is killed then', { skip }, async (t) => {
    const { cluster, talkers } = await startLoad(t);
    const program = await buildVersion(cluster, 'usurps', `kill(${cluster.pid('game1')}, SIGKILL); return GW_OK;`);
    await nobodyNotices(cluster, talkers, 1, async () => assert.match(await cluster.succeed('game1', { program }), /^ready/));
});

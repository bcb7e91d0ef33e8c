// A game goes on in another process, and either of the two is killed at each step of that.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { skip, startCluster } from './cluster.js';
import { until } from './goworld.js';
import { Talker } from './talker.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const TALKERS = 4;
// There are some, and not for ever.
const STEPS_MIN = 4;
const STEPS_MAX = 60;
/** Words between the two (src/game/succession.c): the new one has all; the game is the new one's. */
const RESTORED = 'R';
const GO = 'G';

/** A cluster of which some processes can be hurt: those started with `env` = `hurtable`, as `plan` says. */
async function startHurtable(t) {
    const cluster = await startCluster({ dispatcher: 1, game: 1, gate: 1 });
    t.after(() => cluster.remove());
    const library = path.join(cluster.dir, 'faults.so');
    const file = path.join(cluster.dir, 'plan');
    await promisify(execFile)('cc', ['-shared', '-fPIC', '-D_GNU_SOURCE', path.join(HERE, 'faults.c'), '-o', library]);
    const options = `${process.env.ASAN_OPTIONS ?? ''}:verify_asan_link_order=0`;
    const hurtable = { LD_PRELOAD: library, FAULT_PLAN: file, ASAN_OPTIONS: options };
    const plan = (text) => (text ? writeFile(file, text) : rm(file, { force: true }));
    const words = () => readFile(`${file}.words`, 'utf8');
    return { cluster, hurtable, plan, words };
}

const allServed = (talkers) => Promise.all(talkers.map((talker) => talker.served()));

/** Clients that talk; they are served when this returns. */
async function talk(cluster) {
    const talkers = Array.from({ length: TALKERS }, () => new Talker(cluster, 'gate1'));
    await allServed(talkers);
    return talkers;
}

async function assertUnharmed(talkers, what) {
    await allServed(talkers);
    for (const { closes, missing, wrong } of talkers)
        assert.deepEqual({ closes, missing, wrong }, { closes: 0, missing: 0, wrong: 0 }, what);
}

const runs = (child) => child.exitCode === null && child.signalCode === null;

/** A game of its own for this step, and clients that it serves. */
async function begin(cluster, env) {
    await cluster.kill('game1', 'SIGTERM');
    cluster.env = env;
    await cluster.start('game1');
    return talk(cluster);
}

/** Whether a game may end with that process, by what it had heard and said last: the old one has it alone until the new
 * one has restored it; that one has it alone once it was told to go. */
function mayEndWith(victim, [heard, said]) {
    return victim === 'old' ? heard !== RESTORED : heard === GO && said === RESTORED;
}

/** One succession in which `victim` is killed before that step. Returns whether it was. */
async function succeedWith({ cluster, hurtable, plan, words }, victim, step) {
    const talkers = await begin(cluster, victim === 'old' ? hurtable : {});
    cluster.env = victim === 'new' ? hurtable : {};
    await plan(`kill ${step}`);
    const both = {};
    const said = await cluster.succeed('game1', { meanwhile: (child, old) => Object.assign(both, { new: child, old }) });
    if (!said.startsWith('ready') && runs(both.old)) await Promise.race([once(both.old, 'exit'), allServed(talkers)]);
    await plan(null);
    const wasKilled = both[victim].signalCode === 'SIGKILL';
    const what = `${victim} at step ${step}: ${said}${await cluster.logTails()}`;
    if (runs(both.old) || runs(both.new)) await assertUnharmed(talkers, what);
    else assert.ok(wasKilled && mayEndWith(victim, await words()), `nobody goes on: ${await words()}: ${what}`);
    assert.ok(!runs(both.old) || !runs(both.new), `both go on: ${what}`);
    for (const talker of talkers) talker.close();
    return wasKilled;
}

/** Counts the steps at which `act` says that somebody was killed. */
async function eachStep(act) {
    let step = 1;
    while (await act(step)) assert.ok(step++ < STEPS_MAX);
    return step - 1;
}

for (const victim of ['old', 'new'])
    test(`the ${victim} process is killed at each step: the other goes on, or the one that had the game is gone`, { skip },
        async (t) => {
            const rig = await startHurtable(t);
            const steps = await eachStep((step) => succeedWith(rig, victim, step));
            t.diagnostic(`${steps} steps`);
            assert.ok(steps >= STEPS_MIN, `${steps} steps`);
        });

/** A game that is to be frozen is killed before that step. Returns whether it was. */
async function freezeWith({ cluster, hurtable, plan }, step) {
    const talkers = await begin(cluster, hurtable);
    await plan(`kill ${step}`);
    const wasKilled = (await cluster.kill('game1', 'SIGHUP')) === 'SIGKILL';
    await plan(null);
    const isFrozen = existsSync(cluster.frozenPath('game1'));
    await cluster.start('game1', '-resume');
    if (isFrozen) await assertUnharmed(talkers, `step ${step}${await cluster.logTails()}`);
    else for (const talker of await talk(cluster)) talker.close();
    assert.ok(isFrozen || wasKilled);
    assert.ok(!existsSync(cluster.frozenPath('game1')));
    for (const talker of talkers) talker.close();
    return wasKilled;
}

test('a game is killed at each step of its freezing: there is a whole file, or none', { skip }, async (t) => {
    const rig = await startHurtable(t);
    const steps = await eachStep((step) => freezeWith(rig, step));
    t.diagnostic(`${steps} steps`);
    assert.ok(steps >= STEPS_MIN, `${steps} steps`);
});

test('a game that finds no room on the disk goes on, and freezes when there is some', { skip }, async (t) => {
    const { cluster, hurtable, plan } = await startHurtable(t);
    const talkers = await begin(cluster, hurtable);
    const log = () => readFile(path.join(cluster.logs, 'game1.log'), 'utf8');
    await plan('full');
    cluster.signal('game1', 'SIGHUP');
    await until(log, (text) => /ERROR game1 not_frozen why="cannot write .*game1_freezed.dat: No space left on device"/.test(text));
    await assertUnharmed(talkers, await cluster.logTails());
    assert.deepEqual((await readdir(path.dirname(cluster.frozenPath('game1')))).filter((name) => name.includes('freezed')), []);
    await plan(null);
    await cluster.freeze('game1');
    await cluster.start('game1', '-resume');
    await assertUnharmed(talkers, await cluster.logTails());
    for (const talker of talkers) talker.close();
});

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
// A succession has ten for either process, as does freezing into a file: what is received in pieces, and logged, is more.
const STEPS_MIN = 8;
const STEPS_MAX = 60;
/** The word of the new process that it has all (src/game/succession.c). The old one has no step before it hears that: what
 * its end means then is tested in reload.test.js. */
const RESTORED = 'R';

/** A cluster of which some processes can be hurt: those started with `env` = `hurtable`, as `plan` says. */
async function startHurtable(t) {
    const cluster = await startCluster({ dispatcher: 1, game: 1, gate: 1 });
    t.after(() => cluster.remove());
    const library = path.join(cluster.dir, 'faults.so');
    const file = path.join(cluster.dir, 'plan');
    await promisify(execFile)('cc', ['-shared', '-fPIC', '-D_GNU_SOURCE', path.join(HERE, 'faults.c'), '-o', library]);
    const options = `${process.env.ASAN_OPTIONS ?? ''}:verify_asan_link_order=0`;
    const hurtable = { LD_PRELOAD: library, FAULT_PLAN: file, ASAN_OPTIONS: options };
    const plan = async (text) => {
        if (!text) return rm(file, { force: true });
        await rm(`${file}.words`, { force: true });
        return writeFile(file, text);
    };
    const words = () => readFile(`${file}.words`, 'utf8').catch(() => '');
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

/** A game of its own for this step, and clients that it serves, for as long as `act` takes. */
async function withGame(cluster, env, act) {
    await cluster.kill('game1', 'SIGTERM');
    cluster.env = env;
    await cluster.start('game1');
    const talkers = await talk(cluster);
    try {
        return await act(talkers);
    } finally {
        for (const talker of talkers) talker.close();
    }
}

/** Whether a game may end with that process: in order, or by what it had heard and said last, since the old one has it
 * alone until the new one has restored it. That one may be told to go from then on. */
function mayEndWith(victim, how, both, [heard, said]) {
    if (how === 'term') return both.old.exitCode === 0 && (both.new.exitCode === 0 || victim === 'old');
    return victim === 'old' ? heard !== RESTORED : said === RESTORED;
}

/** One succession in which the victim is hurt, by "kill" or "term", before that step. Returns whether it was. */
async function succeedWith({ cluster, hurtable, plan, words }, victim, how, step, talkers) {
    cluster.env = victim === 'new' ? hurtable : {};
    await plan(`${how} ${step}`);
    const both = {};
    const said = await cluster.succeed('game1', { meanwhile: (child, old) => Object.assign(both, { new: child, old }) });
    if (!said.startsWith('ready') && runs(both.old)) await Promise.race([once(both.old, 'exit'), allServed(talkers)]);
    await plan(null);
    const lastWords = await words();
    const wasHurt = lastWords !== '';
    if (wasHurt && how === 'term') await Promise.all([both[victim], both.new].map((child) => runs(child) && once(child, 'exit')));
    const what = `${victim} at step ${step}: ${said}${await cluster.logTails()}`;
    if (runs(both.old) || runs(both.new)) await assertUnharmed(talkers, what);
    else assert.ok(wasHurt && mayEndWith(victim, how, both, lastWords), `nobody goes on: ${lastWords}: ${what}`);
    assert.ok(!runs(both.old) || !runs(both.new), `both go on: ${what}`);
    return wasHurt;
}

/** Counts the steps at which `act` says that somebody was hurt. */
async function eachStep(act) {
    let step = 1;
    while (await act(step)) assert.ok(step++ < STEPS_MAX);
    return step - 1;
}

async function hurtAtEachStep(t, victim, how) {
    const rig = await startHurtable(t);
    const env = victim === 'old' ? rig.hurtable : {};
    const steps = await eachStep((step) => withGame(rig.cluster, env, (talkers) => succeedWith(rig, victim, how, step, talkers)));
    t.diagnostic(`${steps} steps`);
    assert.ok(steps >= STEPS_MIN, `${steps} steps`);
}

for (const victim of ['old', 'new'])
    test(`the ${victim} process is killed at each step: the other goes on, or the one that had the game is gone`, { skip },
        (t) => hurtAtEachStep(t, victim, 'kill'));

test('the new process is told to end at each step: the other goes on, or it ends in order', { skip },
    (t) => hurtAtEachStep(t, 'new', 'term'));

test('the old process is told to end at each step: it does, or the one that has the game by then', { skip },
    (t) => hurtAtEachStep(t, 'old', 'term'));

/** A game that is to be frozen is killed before that step. Returns whether it was. */
async function freezeWith({ cluster, plan }, step, talkers) {
    await plan(`kill ${step}`);
    const wasKilled = (await cluster.kill('game1', 'SIGHUP')) === 'SIGKILL';
    await plan(null);
    const isFrozen = existsSync(cluster.frozenPath('game1'));
    await cluster.start('game1', '-resume');
    if (isFrozen) await assertUnharmed(talkers, `step ${step}${await cluster.logTails()}`);
    else for (const talker of await talk(cluster)) talker.close();
    assert.ok(isFrozen || wasKilled);
    assert.ok(!existsSync(cluster.frozenPath('game1')));
    return wasKilled;
}

test('a game is killed at each step of its freezing: there is a whole file, or none', { skip }, async (t) => {
    const rig = await startHurtable(t);
    const steps = await eachStep((step) => withGame(rig.cluster, rig.hurtable, (talkers) => freezeWith(rig, step, talkers)));
    t.diagnostic(`${steps} steps`);
    assert.ok(steps >= STEPS_MIN, `${steps} steps`);
});

test('a game that finds no room on the disk goes on, and freezes when there is some', { skip }, async (t) => {
    const { cluster, hurtable, plan } = await startHurtable(t);
    const folder = path.dirname(cluster.frozenPath('game1'));
    const log = () => readFile(path.join(cluster.logs, 'game1.log'), 'utf8');
    const why = /ERROR game1 not_frozen why="cannot write .*game1_freezed.dat: No space left on device"/;
    await withGame(cluster, hurtable, async (talkers) => {
        await plan('full');
        cluster.signal('game1', 'SIGHUP');
        await until(log, (text) => why.test(text));
        await assertUnharmed(talkers, await cluster.logTails());
        assert.deepEqual((await readdir(folder)).filter((name) => name.includes('freezed')), []);
        await plan(null);
        await cluster.freeze('game1');
        await cluster.start('game1', '-resume');
        await assertUnharmed(talkers, await cluster.logTails());
    });
});

// Any process of a cluster may die or stand still under load: nobody notices who does not live on it, and nothing that was
// accepted is lost between those that live.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { skip, startCluster } from './cluster.js';
import { Talker } from './talker.js';

const COUNTS = { dispatcher: 2, game: 2, gate: 2 };
const TALKERS = 24;
const ROUNDS = Number(process.env.GW_DEATH_ROUNDS ?? 20);
const STOP_MS = 5000;

async function startLoad(t, counts = COUNTS, options = {}) {
    const cluster = await startCluster(counts, options);
    const gates = cluster.namesOf('gate');
    const talkers = Array.from({ length: TALKERS }, (_, i) => new Talker(cluster, gates[i % gates.length]));
    t.after(async () => {
        for (const talker of talkers) talker.close();
        await cluster.remove();
    });
    await allServed(cluster, talkers);
    return { cluster, talkers };
}

/** A client that hangs lets the test run into its time limit, with a word on whom it waits for. */
async function allServed(cluster, talkers) {
    const waiting = new Set(talkers);
    const alarm = setTimeout(async () => {
        for (const { gate, gameid, asked, answered, closes, player } of waiting)
            console.error(`not served: ${gate} game${gameid} ${player?.id} asked ${asked} answered ${answered} closes ${closes}`);
        console.error(await cluster.logTails());
    }, 30_000);
    await Promise.all(talkers.map((talker) => talker.served().then(() => waiting.delete(talker))));
    clearTimeout(alarm);
}

function note(talkers) {
    return talkers.map(({ closes, player, missing, wrong, gameid }) => ({ closes, player, missing, wrong, gameid }));
}

/** `talker` has noticed nothing since `before`. */
function assertUntouched(talker, before, what) {
    assert.equal(talker.closes, before.closes, `${what}: a client was disconnected`);
    assert.equal(talker.player, before.player, `${what}: a client has another player`);
    assert.equal(talker.missing, before.missing, `${what}: an answer is missing`);
    assert.equal(talker.wrong, before.wrong, `${what}: an answer came twice or out of order`);
}

/** What goes wrong is explained by the ends of all logs. */
async function explained(cluster, check) {
    try {
        check();
    } catch (error) {
        console.error(await cluster.logTails());
        throw error;
    }
}

/** kill -9 and a new start, `ROUNDS` times; `touches(talker, name)` says who may notice. */
async function killAndRestart(t, kind, touches) {
    const { cluster, talkers } = await startLoad(t);
    for (let round = 0; round < ROUNDS; round++) {
        const name = `${kind}${(round % COUNTS[kind]) + 1}`;
        const what = `round ${round}, ${name}`;
        const before = note(talkers);
        const touched = talkers.map((talker) => touches(talker, name));
        await cluster.kill(name);
        await cluster.start(name);
        await allServed(cluster, talkers);
        await explained(cluster, () => {
            talkers.forEach((talker, i) => {
                if (!touched[i]) assertUntouched(talker, before[i], what);
                assert.equal(talker.wrong, 0, `${what}: an answer came twice or out of order`);
                if (kind === 'dispatcher') assert.equal(talker.closes, before[i].closes, what);
            });
        });
    }
    await cluster.assertSound();
}

test(`a killed game costs only its own clients the connection, ${ROUNDS} times`, { skip, timeout: 120_000 }, (t) =>
    killAndRestart(t, 'game', (talker, name) => `game${talker.gameid}` === name));

test(`a killed gate costs only its own clients the connection, ${ROUNDS} times`, { skip, timeout: 120_000 }, (t) =>
    killAndRestart(t, 'gate', (talker, name) => talker.gate === name));

test(`a killed dispatcher costs nobody the connection, ${ROUNDS} times`, { skip, timeout: 120_000 }, (t) =>
    killAndRestart(t, 'dispatcher', (talker, name) => `dispatcher${talker.dispatcher(COUNTS.dispatcher)}` === name));

test('a process that stands still for five seconds loses nothing', { skip, timeout: 120_000 }, async (t) => {
    const { cluster, talkers } = await startLoad(t);
    const before = note(talkers);
    for (const name of ['dispatcher1', 'game1', 'gate1']) {
        cluster.signal(name, 'SIGSTOP');
        await new Promise((resolve) => setTimeout(resolve, STOP_MS)); // it is the subject: that long it stands still
        cluster.signal(name, 'SIGCONT');
        await allServed(cluster, talkers);
        await explained(cluster, () => talkers.forEach((talker, i) => assertUntouched(talker, before[i], name)));
    }
    await cluster.assertSound();
});

/** A small disk of its own, in memory, or the reason why there is none: only root may mount one. */
function smallDisk(t) {
    const dir = mkdtempSync(path.join(tmpdir(), 'goworld-disk-'));
    try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'goworld-test', dir], { stdio: 'pipe' });
    } catch (error) {
        rmdirSync(dir);
        return { reason: `cannot mount a small disk: ${error.stderr ?? error.message}` };
    }
    t.after(() => {
        execFileSync('umount', ['-l', dir]); // whose processes end behind it
        rmdirSync(dir);
    });
    return { dir };
}

/** Writes until nothing fits any more; returns the file. */
function fill(dir) {
    const file = path.join(dir, 'filler');
    try {
        for (;;) writeFileSync(file, Buffer.alloc(4096), { flag: 'a' });
    } catch (error) {
        assert.equal(error.code, 'ENOSPC');
    }
    return file;
}

test('a full disk stops nobody from playing, and what had to be saved is saved when there is room', { skip, timeout: 120_000 },
    async (t) => {
        const disk = smallDisk(t);
        if (!disk.dir) return t.skip(disk.reason);
        const { cluster, talkers } = await startLoad(t, { dispatcher: 1, game: 1, gate: 1 }, { home: disk.dir });
        const before = note(talkers);
        const filler = fill(disk.dir);
        const kept = new Set();
        const NOTES = 20;
        const { player } = talkers[0];
        const all = new Promise((resolve) => {
            player.on('OnKept', (number, trouble) => {
                assert.equal(trouble, '');
                kept.add(number);
                if (kept.size === NOTES) resolve();
            });
        });
        for (let number = 0; number < NOTES; number++) player.call('Keep', number, 'x'.repeat(50_000));
        await allServed(cluster, talkers);
        while ((await cluster.metrics('game1')).storage_save_failures_total === 0) await allServed(cluster, talkers);
        assert.ok(kept.size < NOTES, 'the disk was not full');
        rmSync(filler);
        await all;
        talkers.forEach((talker, i) => assertUntouched(talker, before[i], 'full disk'));
        await cluster.assertSound();
    });

// Games go on in other processes under the players' feet.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import test from 'node:test';

import { skip, startCluster } from './cluster.js';
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

function allServed(talkers) {
    return Promise.all(talkers.map((talker) => talker.served()));
}

function note(talkers) {
    return talkers.map(({ closes, player, missing, wrong, gameid }) => ({ closes, player, missing, wrong, gameid }));
}

async function reload(cluster, name) {
    await cluster.freeze(name);
    assert.ok(existsSync(cluster.frozenPath(name)), 'there is no file');
    await cluster.start(name, '-restore');
    assert.ok(!existsSync(cluster.frozenPath(name)), 'the file could be restored once more');
}

test(`${ROUNDS} reloads under load: nothing is lost, doubled or out of order, nobody disconnected`, { skip }, async (t) => {
    const { cluster, talkers } = await startLoad(t);
    const before = note(talkers);
    for (let round = 0; round < ROUNDS; round++) {
        await reload(cluster, round % 2 ? 'game1' : 'game2');
        await allServed(talkers);
        assert.deepEqual(note(talkers), before, `round ${round}: ${await cluster.logTails()}`);
    }
    await cluster.assertSound();
});

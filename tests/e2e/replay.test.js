// The recorded sessions of GoWorld's Unity client, byte for byte as it sent them, on the two real games of the demo: it is
// told what GoWorld told it. The other player that the recording shows is played beside it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { tcp } from '../../clients/js/transport-tcp.js';
import { skip, startDemo } from './demo.js';
import { join } from './fighter.js';
import { overTcp } from './rawclient.js';
import { readRecording } from './recording.js';
import { Replay } from './replay.js';

const OTHER = {
    id: 'awNEQGhsgguxAAAH',
    name: 'other1',
    position: { x: -0.28334468603134155, y: 0, z: 6.233565330505371 },
    yaw: 357.3974304199219,
};
const MONSTERS_PER_PLAYER = 2;
const CREATE = 1002;
const SYNC = 13;
const Z_AT = 26;

const recording = readRecording('unity');
const [first, second] = sessionsOf(recording);

/** The packets of each connection, which begin with its account. */
function sessionsOf(packets) {
    const sessions = [];
    for (const packet of packets) {
        if (packet.payload.readUInt16LE() === CREATE && packet.payload.includes('Account')) sessions.push([]);
        sessions.at(-1).push(packet);
    }
    return sessions;
}

/** How far its client walked last. */
function lastZ(session) {
    const isSync = ({ isFromClient, payload }) => isFromClient && payload.readUInt16LE() === SYNC;
    return session.findLast(isSync).payload.readFloatLE(Z_AT);
}

describe('the Unity demo', { skip, timeout: 120_000 }, () => {
    let demo;

    before(async () => {
        demo = await startDemo({ example: 'unity_demo' });
    });
    after(() => demo?.remove());

    /** The other player is where it was, and shoots when it did. */
    async function play(t, session, other) {
        const client = await overTcp(t, demo);
        const replay = new Replay(client, recording, ({ id, about }) => {
            if (id === OTHER.id && about === 'Shoot()') other.player.call('ShootHit', replay.newest('Monster'));
        });
        t.signal.addEventListener('abort', () => replay.waitsFor && console.error('waited for', replay.waitsFor));
        await replay.play(session);
        return client;
    }

    /** What the recorded client did, the other player saw. */
    async function assertSeen(other) {
        const player = await other.until(() => other.all('Player').find((one) => one !== other.player));
        await other.until(() => player.position.z === lastZ(first) && other.times('Shoot()', player.id) === 2);
        const deeds = other.seen.filter(({ id, what }) => id === player.id && !what.startsWith('hp='));
        assert.deepEqual(deeds.map(({ what }) => what), ['action=move', 'action=idle', 'Shoot()', 'Shoot()']);
        return player;
    }

    test('serves the Unity client as GoWorld did', async (t) => {
        const other = await join(t, tcp(demo.port), OTHER.name);
        other.player.moveTo(OTHER.position, OTHER.yaw);
        const client = await play(t, first, other);
        const player = await assertSeen(other);
        client.close();
        await other.until(() => player.destroyed);

        await other.until(() => other.all('Monster').length >= MONSTERS_PER_PLAYER);
        other.leave();
        await play(t, second, other);
    });
});

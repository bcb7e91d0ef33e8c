// A recorded session of GoWorld's Cocos client, byte for byte as it sent it, on a real server. What it sends is 2018 as
// well as 2017: over TCP it is taken for that.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { skip, startDemo } from './demo.js';
import { overTcp, overWebSocket } from './rawclient.js';
import { Names, readRecording } from './recording.js';

const CREATE = 1002;
const CHANGE = 1004;
const CALL_FILTERED_CLIENTS = 1501;
// What comes before these in a packet.
const CLIENT_AT = 4;
const CREATED_AT = 21;
const ID_BYTES = 16;
const PATH_AT = 40;
const PLAYER_NAME = 'u2873';
// This line of chat reaches nobody in GoWorld, by a slip of its example; here it would.
const UNHEARD = 'hello from node';

const packets = readRecording('chatroom').filter(({ payload }) => !payload.includes(UNHEARD));

/** What the server of the dump said, as a client of 2017 has to hear it. */
function in2017(payload) {
    const type = payload.readUInt16LE();
    if (type === CALL_FILTERED_CLIENTS) return Buffer.concat([payload.subarray(0, 2), payload.subarray(3)]);
    const copy = Buffer.from(payload);
    if (type === CHANGE) copy[PATH_AT] = 0x90;
    return copy;
}

const idAt = (payload, at) => payload.toString('latin1', at, at + ID_BYTES);

/** Plays the client of the dump, who is `name` here; `form` makes what it has to hear of what the dump's server said. */
async function play(client, name, form) {
    const names = new Names();
    names.learn(PLAYER_NAME, name);
    for (const { isFromClient, payload } of packets) {
        if (isFromClient) {
            client.send(names.translatePacket(payload));
            continue;
        }
        const heard = await client.next();
        if (payload.readUInt16LE() === CREATE)
            for (const at of [CLIENT_AT, CREATED_AT]) names.learn(idAt(payload, at), idAt(heard, at));
        assert.equal(heard.toString('hex'), names.translatePacket(form(payload)).toString('hex'));
    }
}

describe('the chatroom demo', { skip, timeout: 60_000 }, () => {
    let demo;

    before(async () => {
        demo = await startDemo();
    });
    after(() => demo?.remove());

    test('serves a client of 2017 as GoWorld did', async (t) => {
        await play(await overWebSocket(t, demo), 'u2017', in2017);
        assert.equal(await demo.metric('gate1', 'gate_clients_2017'), 1);
    });

    test('serves one of 2018', async (t) => {
        await play(await overTcp(t, demo), 'u2018', (payload) => payload);
        assert.equal(await demo.metric('gate1', 'gate_clients_2018'), 1);
    });
});

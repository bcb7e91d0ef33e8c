// A recorded session of GoWorld's Cocos client, byte for byte as it sent it, on a real server. What it sends is 2018 as
// well as 2017: over TCP it is taken for that.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';

import WebSocket from 'ws';

import { PacketSplitter } from '../../clients/js/packets.js';
import { skip, startDemo } from './demo.js';

const DUMP = new URL('../golden/chatroom.dump', import.meta.url);
const PACKET_BYTES_MAX = 1 << 20;
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

const packets = readFileSync(DUMP, 'utf8').trim().split('\n')
    .map((line) => ({ isFromClient: line.includes(' C>S '), payload: Buffer.from(line.split(' ').at(-1), 'hex') }))
    .filter(({ payload }) => !payload.includes(UNHEARD));

/** What the server of the dump said, as a client of 2017 has to hear it. */
function in2017(payload) {
    const type = payload.readUInt16LE();
    if (type === CALL_FILTERED_CLIENTS) return Buffer.concat([payload.subarray(0, 2), payload.subarray(3)]);
    const copy = Buffer.from(payload);
    if (type === CHANGE) copy[PATH_AT] = 0x90;
    return copy;
}

/** Packets over a socket that emits its bytes as `event`. */
function peer(socket, event, send) {
    const got = [];
    const splitter = new PacketSplitter(PACKET_BYTES_MAX, (payload) => got.push(Buffer.from(payload)));
    let isClosed = false;
    let wake = () => {};
    socket.on(event, (bytes) => {
        splitter.push(bytes);
        wake();
    });
    socket.on('close', () => {
        isClosed = true;
        wake();
    });
    return {
        async next() {
            while (got.length === 0) {
                assert.ok(!isClosed, 'the server has closed the connection');
                await new Promise((resolve) => (wake = resolve));
            }
            return got.shift();
        },
        send(payload) {
            const length = Buffer.alloc(4);
            length.writeUInt32LE(payload.length);
            send(Buffer.concat([length, payload]));
        },
    };
}

async function overWebSocket(t, demo) {
    const socket = new WebSocket(new URL('ws', demo.url).href.replace('http', 'ws'));
    t.after(() => socket.terminate());
    const client = peer(socket, 'message', (bytes) => socket.send(bytes));
    await once(socket, 'open');
    return client;
}

async function overTcp(t, demo) {
    const socket = net.connect(demo.port, '127.0.0.1');
    t.after(() => socket.destroy());
    const client = peer(socket, 'data', (bytes) => socket.write(bytes));
    await once(socket, 'connect');
    return client;
}

/** The ids and the name of the dump, and those of this run, which are as long. */
class Names {
    #pairs = [];

    constructor(name) {
        this.#pairs.push([PLAYER_NAME, name]);
    }

    learnId(golden, ours, at) {
        const id = (payload) => payload.toString('latin1', at, at + ID_BYTES);
        this.#pairs.push([id(golden), id(ours)]);
    }

    /** A packet of the dump with the names of this run. */
    replace(payload) {
        let text = payload.toString('latin1');
        for (const [golden, ours] of this.#pairs) text = text.replaceAll(golden, ours);
        return Buffer.from(text, 'latin1');
    }
}

/** Plays the client of the dump; `form` makes what it has to hear of what the dump's server said. */
async function play(client, names, form) {
    for (const { isFromClient, payload } of packets) {
        if (isFromClient) {
            client.send(names.replace(payload));
            continue;
        }
        const heard = await client.next();
        if (payload.readUInt16LE() === CREATE) {
            names.learnId(payload, heard, CLIENT_AT);
            names.learnId(payload, heard, CREATED_AT);
        }
        assert.equal(heard.toString('hex'), names.replace(form(payload)).toString('hex'));
    }
}

describe('the chatroom demo', { skip, timeout: 60_000 }, () => {
    let demo;

    before(async () => {
        demo = await startDemo();
    });
    after(() => demo?.remove());

    async function assertMetric(name, value) {
        const metrics = await (await fetch(new URL('metrics', demo.url))).text();
        assert.match(metrics, new RegExp(`^goworld_${name}\\S* ${value}$`, 'm'));
    }

    test('serves a client of 2017 as GoWorld did', async (t) => {
        await play(await overWebSocket(t, demo), new Names('u2017'), in2017);
        await assertMetric('gate_clients_2017', 1);
    });

    test('serves one of 2018', async (t) => {
        await play(await overTcp(t, demo), new Names('u2018'), (payload) => payload);
        await assertMetric('gate_clients_2018', 1);
    });
});

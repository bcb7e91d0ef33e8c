// A client that knows packets and no messages: what it says and hears is for the test to make and to read.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';

import WebSocket from 'ws';

import { PacketSplitter } from '../../clients/js/packets.js';

const PACKET_BYTES_MAX = 1 << 20;

/** Packets over a socket that emits its bytes as `event`. */
function rawClient(socket, event, send, close) {
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
        close,
    };
}

/** Connects to a demo; the connection ends with the test. */
export async function overWebSocket(t, demo) {
    const socket = new WebSocket(new URL('ws', demo.url).href.replace('http', 'ws'));
    const close = () => socket.terminate();
    t.after(close);
    const client = rawClient(socket, 'message', (bytes) => socket.send(bytes), close);
    await once(socket, 'open');
    return client;
}

/** The same over TCP. */
export async function overTcp(t, demo) {
    const socket = net.connect(demo.port, '127.0.0.1');
    const close = () => socket.destroy();
    t.after(close);
    const client = rawClient(socket, 'data', (bytes) => socket.write(bytes), close);
    await once(socket, 'connect');
    return client;
}

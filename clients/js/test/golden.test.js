// A whole recorded session of the chatroom: what GoWorld master sent must come out as events.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { Client } from '../goworld.js';

const FILE = new URL('../../../tests/golden/chatroom.dump', import.meta.url);

/** The recorded stream: every payload with its length before it. */
function recordedStream() {
    const lines = readFileSync(FILE, 'utf8').split('\n').filter((line) => line.includes(' S>C '));
    const packets = lines.map((line) => {
        const payload = Buffer.from(line.split(' ').at(-1), 'hex');
        const length = Buffer.alloc(4);
        length.writeUInt32LE(payload.length);
        return Buffer.concat([length, payload]);
    });
    return Buffer.concat(packets);
}

/** Replays the stream in pieces of `size` bytes to a client; returns what it told. */
function replay(size) {
    const told = [];
    let handlers;
    const connect = (h) => ((handlers = h), { send() {}, close() {}, buffered: 0 });
    const client = new Client({ connect, reconnect: false });
    client.on('error', (error) => told.push(['error', error.message]));
    client.on('destroy', (entity) => told.push(['destroy', entity.type]));
    client.on('player', (entity) => told.push(['player', entity.type, { ...entity.attrs }]));
    client.on('attr', (entity, { key, value, before }) => told.push(['attr', key, value, before]));
    client.on('unhandled', (entity, method, args) => told.push([method, ...args]));
    client.open();
    handlers.open();
    const stream = recordedStream();
    for (let at = 0; at < stream.length; at += size) handlers.data(stream.subarray(at, at + size));
    client.close();
    return told;
}

const EXPECTED = [
    ['player', 'Account', {}],
    ['ShowInfo', '注册成功，请点击登录'],
    ['destroy', 'Account'],
    ['player', 'Avatar', { name: 'u2873', chatroom: '1' }],
    ['attr', 'chatroom', 'room2', '1'],
    ['OnRecvChat', 'u2873', 'héllo 你好'],
    ['ShowError', '无法识别的命令：nosuch'],
    ['destroy', 'Avatar'],
];

test('a recorded chatroom session gives the events that its player saw', () => {
    assert.deepEqual(replay(1 << 20), EXPECTED);
});

test('it gives the same events byte by byte and in odd pieces', () => {
    for (const size of [1, 3, 70]) assert.deepEqual(replay(size), EXPECTED);
});

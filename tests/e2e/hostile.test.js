// Peers that break every rule, against a real server: they are closed or refused, and nobody else notices.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';

import WebSocket from 'ws';

import { Client } from '../../clients/js/goworld.js';
import { tcp } from '../../clients/js/transport-tcp.js';
import { websocket } from '../../clients/js/transport-ws.js';
import { skip, startDemo } from './demo.js';

const ROUNDS = 200;

/** The same numbers in every run, so that a failure comes again. */
function randomFrom(seed) {
    let state = seed;
    return (below) => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return Math.floor((state / 2 ** 32) * below);
    };
}

function bytesFrom(random, length) {
    return Buffer.from(Array.from({ length }, () => random(256)));
}

function packet(type, body = Buffer.alloc(0)) {
    const head = Buffer.alloc(6);
    head.writeUInt32LE(body.length + 2, 0);
    head.writeUInt16LE(type, 4);
    return Buffer.concat([head, body]);
}

function happens(emitter, event) {
    return new Promise((resolve) => {
        const end = emitter.on(event, (...args) => {
            end();
            resolve(args);
        });
    });
}

/** A person who is registered, if need be, and logged in. */
async function enter(connect, name, options) {
    const client = new Client({ connect, ...options });
    client.open();
    const [account] = await happens(client, 'player');
    account.call('Register', name, 'secret');
    await Promise.race([happens(account, 'ShowInfo'), happens(account, 'ShowError')]);
    account.call('Login', name, 'secret');
    const [avatar] = await happens(client, 'player');
    return { client, avatar, name };
}

/** `gone` of the socket is a promise of its close, which may come before anybody asks. */
async function connectTo(port, open) {
    const socket = net.connect(port, '127.0.0.1');
    open.add(socket);
    socket.on('error', () => {}); // being reset is what it deserves
    socket.gone = new Promise((resolve) => socket.on('close', resolve)).then(() => open.delete(socket));
    socket.resume();
    await once(socket, 'connect');
    return socket;
}

/** One connection for all: a server that takes no more from this address still answers it. */
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

async function get(url) {
    const request = http.get(url, { agent });
    try {
        const [response] = await once(request, 'response');
        return await text(response);
    } catch (error) {
        if (!request.reusedSocket) throw error;
        return get(url); // the server had closed it since the last time
    }
}

async function metricOf(demo, name) {
    const page = await get(new URL('metrics', demo.url));
    const line = page.split('\n').find((l) => l.startsWith(`goworld_${name}{`) || l.startsWith(`goworld_${name} `));
    assert.ok(line, `no metric ${name}`);
    return Number(line.split(' ').pop());
}

describe('hostile peers', { skip }, () => {
    let demo;
    let honest;
    const open = new Set();

    before(async () => {
        demo = await startDemo();
        honest = await enter(tcp(demo.port), 'honest');
    });
    after(async () => {
        for (const socket of open) socket.destroy();
        honest?.client.close();
        await demo?.remove();
    });

    async function assertUnharmed() {
        const text = `still here ${Math.random()}`;
        const heard = new Promise((resolve) => {
            const end = honest.avatar.on('OnRecvChat', (name, said) => {
                if (said !== text) return; // a rogue's, who was in the same room
                end();
                resolve(name);
            });
        });
        honest.avatar.call('SendChat', text);
        assert.equal(await heard, honest.name);
        await demo.status();
    }

    const connect = (port = demo.port) => connectTo(port, open);
    const metric = (name) => metricOf(demo, name);

    /** Sends the bytes and waits until the server has closed the connection. */
    async function assertCloses(bytes, port) {
        const socket = await connect(port);
        const closed = once(socket, 'close');
        socket.write(bytes);
        await closed;
    }

    test('packets that are no packets close the connection', async () => {
        await assertCloses(Buffer.from([0, 0, 0, 0]));
        await assertCloses(Buffer.from([1, 0, 0, 0, 7]));
        await assertCloses(Buffer.from([0xff, 0xff, 0xff, 0xff]));
        await assertCloses(Buffer.from([1, 0, 0x10, 0, 11, 0])); // just over 1 MiB
        await assertUnharmed();
    });

    test('packets that no client may send close the connection, and are counted', async () => {
        const counted = await metric('gate_bad_client_packets_total');
        const types = [0, 1, 2, 6, 9, 10, 1002, 1501, 2000, 3000, 3001, 65535];
        for (const type of types) await assertCloses(packet(type, Buffer.alloc(64)));
        await assertCloses(packet(12, Buffer.alloc(31)));
        await assertCloses(packet(11, Buffer.alloc(3)));
        await assertUnharmed();
        assert.equal(await metric('gate_bad_client_packets_total'), counted + types.length + 2);
    });

    test('random bytes harm nobody', async () => {
        const random = randomFrom(1);
        for (let i = 0; i < ROUNDS; i++) {
            const socket = await connect();
            const closed = once(socket, 'close');
            socket.end(bytesFrom(random, 1 + random(400)));
            await closed;
        }
        await assertUnharmed();
    });

    test('calls with random arguments are refused, and others go on', async () => {
        const random = randomFrom(2);
        const rogue = await enter(tcp(demo.port), 'rogue');
        for (let i = 0; i < ROUNDS; i++) {
            const method = ['SendChat', 'Register', 'NoSuchMethod'][random(3)];
            const args = Array.from({ length: random(5) }, () => [random(1000), 'x'.repeat(random(300)), null, true, 1.5][random(5)]);
            rogue.avatar.call(method, ...args);
        }
        const heard = happens(rogue.avatar, 'ShowError');
        rogue.avatar.call('SendChat', '/nonsense');
        await heard; // all of it was handled, and the connection is still there
        rogue.client.close();
        await assertUnharmed();
    });

    test('connections that say nothing, or half a packet, cost nobody anything', async () => {
        const silent = await Promise.all(Array.from({ length: 100 }, () => connect()));
        for (const socket of silent) socket.write(Buffer.from([100, 0, 0, 0, 11]));
        await assertUnharmed();
        await Promise.all(silent.map((socket) => {
            const closed = once(socket, 'close');
            socket.destroy();
            return closed;
        }));
        await assertUnharmed();
    });

    test('what is no HTTP is answered with an error and closed', async () => {
        const port = Number(new URL(demo.url).port);
        const random = randomFrom(3);
        for (let i = 0; i < 50; i++) {
            const socket = await connect(port);
            const closed = once(socket, 'close');
            socket.end(bytesFrom(random, 1 + random(400)));
            await closed;
        }
        await assertCloses(`GET / HTTP/1.1\r\n${'x'.repeat(100_000)}`, port);
        for (const path of ['../../../etc/passwd', '%2e%2e/%2e%2e/goworld.ini', 'goworld.ini', '..%2fgoworld.ini']) {
            const socket = await connect(port);
            socket.setEncoding('utf8');
            let answer = '';
            socket.on('data', (text) => (answer += text));
            const closed = once(socket, 'close');
            socket.write(`GET /${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
            await closed;
            assert.match(answer, /^HTTP\/1\.1 4\d\d /, path);
        }
        await assertUnharmed();
    });

    test('WebSockets that break the rules are closed', async () => {
        const url = new URL('ws', demo.url).href.replace('http', 'ws');
        for (const misbehave of [
            (ws) => ws.send('text is not binary'),
            (ws) => ws._socket.write(Buffer.from([0x82, 0x01, 0x00])), // not masked
            (ws) => ws._socket.write(Buffer.from([0xf2, 0x80, 0, 0, 0, 0])), // reserved bits
            (ws) => ws.send(Buffer.from([0xff, 0xff, 0xff, 0xff])), // a packet too long
            (ws) => ws._socket.destroy(),
        ]) {
            const ws = new WebSocket(url);
            ws.on('error', () => {});
            await once(ws, 'open');
            const closed = once(ws, 'close');
            misbehave(ws);
            await closed;
        }
        await assertUnharmed();
    });
});

describe('peers who want too much', { skip, timeout: 120_000 }, () => {
    const CONNECTIONS = 12;
    let demo;
    let honest;
    const open = new Set();

    before(async () => {
        const settings = {
            max_connections_per_address: CONNECTIONS,
            handshake_timeout: 1,
            client_packets_per_second: 200,
            client_burst: 1,
            client_bad_packets_max: 3,
        };
        demo = await startDemo({ gate: Object.entries(settings).map(([key, value]) => `${key}=${value}`).join('\n') });
        honest = await enter(tcp(demo.port), 'honest');
    });
    after(async () => {
        for (const socket of open) socket.destroy();
        honest?.client.close();
        await demo?.remove();
    });

    const connect = (port = demo.port) => connectTo(port, open);
    const metric = (name) => metricOf(demo, name);

    /** Until the gate has seen those go that are gone here. */
    async function untilClients(count) {
        while ((await metric('gate_clients')) !== count);
    }

    test('one address takes no more connections than its share, to both ports together', async () => {
        const http = Number(new URL(demo.url).port);
        const refused = await metric('net_refused_address_total');
        const sockets = [];
        for (let i = 0; i < CONNECTIONS; i++) sockets.push(await connect(i % 2 ? http : demo.port));
        while ((await metric('net_refused_address_total')) === refused);
        for (const socket of sockets) socket.destroy();
        await Promise.all(sockets.map((socket) => socket.gone));
        await untilClients(1);
        const again = await connect(); // its share is free again
        await untilClients(2);
        again.destroy();
        await untilClients(1);
    });

    test('a browser that asks for nothing is closed after its time', async () => {
        const timeouts = await metric('http_handshake_timeouts_total');
        await (await connect(Number(new URL(demo.url).port))).gone;
        assert.equal(await metric('http_handshake_timeouts_total'), timeouts + 1);
    });

    test('who sends too much waits, loses nothing, and holds up nobody', async () => {
        const rogue = await enter(tcp(demo.port), 'rogue');
        const calls = await metric('gate_client_calls_total');
        for (let i = 0; i < 600; i++) rogue.avatar.call('NoSuchMethod');
        const last = happens(rogue.avatar, 'OnRecvChat');
        rogue.avatar.call('SendChat', 'the last');
        const heard = happens(honest.avatar, 'OnRecvChat');
        honest.avatar.call('SendChat', 'meanwhile');
        assert.deepEqual(await heard, ['honest', 'meanwhile']);
        assert.ok((await metric('gate_client_calls_total')) < calls + 600, 'it was not held up');
        assert.equal(await metric('gate_paused_clients'), 1);
        await last; // 'meanwhile'
        assert.deepEqual(await happens(rogue.avatar, 'OnRecvChat'), ['rogue', 'the last']);
        assert.ok((await metric('gate_rate_pauses_total')) > 0);
        assert.equal(await metric('gate_client_calls_total'), calls + 602);
        rogue.client.close();
        await untilClients(1);
    });

    test('so many bad packets close a client', async () => {
        const socket = await connect();
        const bad = await metric('gate_bad_client_packets_total');
        socket.write(Buffer.concat([packet(1), packet(2001), packet(2)]));
        while ((await metric('gate_bad_client_packets_total')) < bad + 2);
        assert.equal(socket.readyState, 'open');
        socket.write(packet(3));
        await socket.gone;
        assert.equal(await metric('gate_bad_client_packets_total'), bad + 3);
    });

    test('a client that is sent away reads why', async () => {
        const ws = websocket(new URL('ws', demo.url).href.replace('http', 'ws'), { WebSocket });
        const first = await enter(ws, 'twice');
        const closed = happens(first.client, 'close');
        const second = await enter(ws, 'twice');
        const [{ kicked, code, reason }] = await closed;
        assert.deepEqual({ kicked, code, reason }, { kicked: true, code: 4001, reason: 'another client has taken over its entity' });
        second.client.close();
    });
});

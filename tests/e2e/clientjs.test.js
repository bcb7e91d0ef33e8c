// The JavaScript client over a real WebSocket, whose frames do not follow the packets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';

import WebSocket, { WebSocketServer } from 'ws';

import { Client, ProtocolError, websocket } from '../../clients/js/goworld.js';
import { callPacket, heartbeatPacket } from '../../clients/js/messages.js';
import { PLAYER, call, create, event } from '../../clients/js/test/fakegate.js';

async function startGate(t) {
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    await once(server, 'listening');
    t.after(() => {
        for (const peer of server.clients) peer.terminate();
        server.close();
    });
    return server;
}

function makeClient(t, port, options = {}) {
    const connect = websocket(`ws://127.0.0.1:${port}/ws`, { WebSocket });
    const client = new Client({ connect, reconnect: false, ...options });
    t.after(() => client.close());
    return client;
}

async function connected(t, options) {
    const gate = await startGate(t);
    const client = makeClient(t, gate.address().port, options);
    const coming = once(gate, 'connection');
    const opened = event(client, 'open');
    client.open();
    const [peer] = await coming;
    await opened;
    return { gate, client, peer };
}

test('frames of any size make the same stream', async (t) => {
    const { client, peer } = await connected(t);
    const got = [];
    client.on('player', (player) => player.on('Say', (text) => got.push(text)));
    const done = new Promise((resolve) => client.on('player', (player) => player.on('Done', resolve)));
    const texts = ['', 'a', 'ü'.repeat(300), 'last'];
    const stream = Buffer.concat([create('Account'), ...texts.map((text) => call('Say', [text])), call('Done', [])]);
    for (let at = 0, size = 1; at < stream.length; at += size++) peer.send(stream.subarray(at, at + size));
    await done;
    assert.deepEqual(got, texts);
});

test('calls and heartbeats go out in binary frames', async (t) => {
    const { client, peer } = await connected(t, { heartbeatMs: 10 });
    const [beat, isBinary] = await once(peer, 'message');
    assert.ok(isBinary);
    assert.deepEqual(beat, Buffer.from(heartbeatPacket()));
    peer.send(create('Account'));
    const [player] = await event(client, 'player');
    const expected = Buffer.from(callPacket(PLAYER, 'Login', ['ada', 'secret']));
    const seen = new Promise((resolve) => peer.on('message', (bytes) => bytes.equals(expected) && resolve()));
    assert.ok(player.call('Login', 'ada', 'secret'));
    await seen;
});

test('a text frame ends the connection with an error', async (t) => {
    const { client, peer } = await connected(t);
    const failed = event(client, 'error');
    const closed = event(client, 'close');
    const gone = once(peer, 'close');
    peer.send('hello');
    assert.ok((await failed)[0] instanceof ProtocolError);
    await closed;
    await gone;
});

test('the client comes back after the server closed, and says why it left', async (t) => {
    const { gate, client, peer } = await connected(t, { reconnect: true, reconnectFirstMs: 1 });
    const closed = event(client, 'close');
    const again = once(gate, 'connection');
    peer.close(1001, 'restart');
    const [{ error }] = await closed;
    assert.match(error.message, /1001: restart/);
    const [next] = await again;
    next.send(create('Account'));
    const [player] = await event(client, 'player');
    assert.equal(player.type, 'Account');
});

/** A client with a player, closed by the game: what its event `close` says. */
async function kicked(t, options) {
    const { client, peer } = await connected(t, { reconnect: true, reconnectFirstMs: 60_000, ...options });
    peer.send(create('Avatar'));
    await event(client, 'player');
    const closed = event(client, 'close');
    peer.close(4001, 'the game closed it');
    const [loss] = await closed;
    return { client, loss };
}

test('a client that the game closed stays closed, unless it was told to come back', async (t) => {
    const { client, loss } = await kicked(t);
    const { code, reason, again } = loss;
    assert.deepEqual({ code, reason, again, kicked: loss.kicked }, { code: 4001, reason: 'the game closed it', again: false, kicked: true });
    assert.equal(client.state, 'closed');
    const stubborn = await kicked(t, { reconnectAfterKick: true });
    assert.equal(stubborn.loss.again, true);
    assert.equal(stubborn.client.state, 'waiting');
});

test('a client that the game never took tries again', async (t) => {
    const { client, peer } = await connected(t, { reconnect: true, reconnectFirstMs: 60_000 });
    const closed = event(client, 'close');
    peer.close(4001, 'the game closed it');
    const [{ kicked, again }] = await closed;
    assert.deepEqual({ kicked, again }, { kicked: false, again: true });
});

test('a server that refuses the upgrade is an error', async (t) => {
    const server = createServer((request, response) => response.writeHead(404).end());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const client = makeClient(t, server.address().port);
    const closed = event(client, 'close');
    client.open();
    assert.match((await closed)[0].error.message, /code 1006/);
});

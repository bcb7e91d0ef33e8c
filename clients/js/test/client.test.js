// The client against a fake gate over TCP: entities, calls, losses.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';

import { Client, ProtocolError } from '../goworld.js';
import { callPacket, heartbeatPacket, leavePacket, seatPacket, syncPacket } from '../messages.js';
import { tcp } from '../transport-tcp.js';
import {
    OTHER, PLAYER, call, change, create, destroy, event, filteredCall, moves, readBytes, seat, startGate,
} from './fakegate.js';

/** Timers that run only when the test says so. */
function handTimers() {
    const pending = new Map();
    let lastId = 0;
    const add = (run, ms) => pending.set(++lastId, { run, ms }) && lastId;
    const remove = (id) => pending.delete(id);
    return {
        timers: { setTimeout: add, clearTimeout: remove, setInterval: add, clearInterval: remove },
        delays: () => [...pending.values()].map(({ ms }) => ms),
        fire: () => [...pending.values()].forEach(({ run }) => run()),
    };
}

async function expectBeats(peer, count) {
    const beats = Buffer.concat(Array(count).fill(heartbeatPacket()));
    assert.deepEqual(await readBytes(peer, beats.length), beats);
}

/** A connected client, which has said that it is there, its side of the gate, and the gate. */
async function connected(t, options = {}) {
    const gate = await startGate(t);
    const client = new Client({ connect: tcp(gate.port), reconnect: false, ...options });
    t.after(() => client.close());
    const opened = event(client, 'open');
    client.open();
    const [peer] = await Promise.all([gate.peer(), opened]);
    if (options.heartbeatMs !== 0) await expectBeats(peer, 1);
    return { gate, client, peer };
}

/** A connected client whose player is an Avatar with those attributes. */
async function playing(t, attrs = {}, options = {}) {
    const all = await connected(t, options);
    all.peer.write(create('Avatar', { attrs }));
    const [player] = await event(all.client, 'player');
    return { ...all, player };
}

test('the boot entity arrives as create, then as player', async (t) => {
    const { client, peer } = await connected(t);
    const created = event(client, 'create');
    peer.write(create('Account', { attrs: { level: 3 } }));
    const [player] = await event(client, 'player');
    assert.equal((await created)[0], player);
    assert.equal(client.player, player);
    assert.equal(client.entities.get(PLAYER), player);
    assert.ok(player.isPlayer && player.is('Account'));
    assert.deepEqual(player.attrs, { level: 3 });
});

test('a destroyed player is gone before the next one comes', async (t) => {
    const { client, peer, player } = await playing(t);
    const seen = [];
    client.on('destroy', (entity) => seen.push(entity.type, client.player));
    peer.write(Buffer.concat([destroy('Avatar'), create('Hero', { id: OTHER })]));
    const [hero] = await event(client, 'player');
    assert.deepEqual(seen, ['Avatar', null]);
    assert.ok(player.destroyed && !hero.destroyed);
    assert.equal(player.call('SendChat', 'x'), false);
});

test('an entity that is created again replaces the one before', async (t) => {
    const { client, peer, player } = await playing(t);
    const gone = event(client, 'destroy');
    const next = event(client, 'player');
    peer.write(create('Avatar', { attrs: { n: 2 } }));
    assert.deepEqual(await gone, [player]);
    assert.deepEqual(await next, [client.player]);
    assert.deepEqual([client.player.attrs, client.entities.size], [{ n: 2 }, 1]);
});

test('calls from the server reach the handler of their name', async (t) => {
    const { client, peer, player } = await playing(t);
    const got = [];
    const off = player.on('Hit', (...args) => got.push(args));
    peer.write(Buffer.concat([call('Hit', [1, 'sword']), filteredCall('Hit', [2])]));
    peer.write(call('Miss', []));
    assert.deepEqual((await event(client, 'unhandled')).slice(1), ['Miss', []]);
    off();
    peer.write(call('Hit', [3]));
    await event(client, 'unhandled');
    assert.deepEqual(got, [[1, 'sword'], [2]]);
});

test('what is said of an entity that is gone is passed over', async (t) => {
    const { client, peer, player } = await playing(t);
    peer.write(Buffer.concat([call('M', [], OTHER), destroy('X', OTHER), moves([OTHER, 1, 2, 3, 4])]));
    peer.write(call('Still', []));
    await event(player, 'Still');
    assert.equal(client.state, 'open');
});

test('a mistake in a handler does not stop the stream', async (t) => {
    const { peer, player } = await playing(t);
    const reported = [];
    t.after(() => delete globalThis.reportError);
    globalThis.reportError = (error) => reported.push(error.message);
    player.on('Bad', () => {
        throw new Error('of the program');
    });
    peer.write(Buffer.concat([call('Bad', []), call('Good', [])]));
    await event(player, 'Good');
    assert.deepEqual(reported, ['of the program']);
});

test('attributes follow every kind of change, and watchers are told', async (t) => {
    const { client, peer, player } = await playing(t, { hp: 1, bag: { items: ['axe', { n: 1 }] } });
    const changes = [];
    const watched = [];
    client.on('attr', (entity, { kind, path, key, before }) => changes.push([kind, path, key, before]));
    player.watch('bag', (bag) => watched.push(JSON.stringify(bag)));
    player.watch('hp', (hp, { before }) => watched.push([hp, before]));
    const steps = [
        change(1004, null, ['varStr', 'hp'], ['data', 7]),
        change(1004, [], ['varStr', 'mp'], ['data', 9]),
        change(1004, [1, 'items', 'bag'], ['varStr', 'n'], ['data', 2]),
        change(1006, ['items', 'bag'], ['u32', 0], ['data', 'bow']),
        change(1008, ['items', 'bag'], ['data', 'rope']),
        change(1007, ['items', 'bag']),
        change(1005, null, ['varStr', 'mp']),
        change(1012, ['bag']),
    ];
    peer.write(Buffer.concat([...steps, call('Done', [])]));
    await event(player, 'Done');
    assert.deepEqual(player.attrs, { hp: 7, bag: {} });
    assert.deepEqual(changes, [
        ['set', [], 'hp', 1], ['set', [], 'mp', undefined], ['set', ['bag', 'items', 1], 'n', 1],
        ['listset', ['bag', 'items'], 0, 'axe'], ['append', ['bag', 'items'], undefined, undefined],
        ['pop', ['bag', 'items'], undefined, 'rope'], ['delete', [], 'mp', 9],
        ['clear', ['bag'], undefined, { items: ['bow', { n: 2 }] }],
    ]);
    assert.deepEqual(watched[0], [7, 1]);
    assert.equal(watched.at(-1), '{}');
    assert.equal(watched.length, 6);
});

test('clearing the root tells every watcher', async (t) => {
    const { peer, player } = await playing(t, { a: 1, b: 2 });
    const told = [];
    for (const key of ['a', 'b', 'c']) player.watch(key, (value) => told.push([key, value]));
    peer.write(Buffer.concat([change(1012, null), call('Done', [])]));
    await event(player, 'Done');
    assert.deepEqual(told, [['a', undefined], ['b', undefined]]);
});

test('positions are kept, and sent where the client moves its entity', async (t) => {
    const { client, peer, player } = await playing(t);
    peer.write(moves([PLAYER, 1, 2, 3, 0.5]));
    await event(client, 'move');
    assert.deepEqual([player.position, player.yaw], [{ x: 1, y: 2, z: 3 }, 0.5]);
    const place = { x: 4, y: 5, z: 6 };
    const expected = syncPacket(PLAYER, place, 1);
    assert.equal(player.moveTo(place, 1), true);
    assert.deepEqual(await readBytes(peer, expected.length), Buffer.from(expected));
});

test('what is no place is refused before it is sent', async (t) => {
    const { player } = await playing(t);
    const { position, yaw } = player;
    const refused = [
        [{ x: NaN, y: 0, z: 0 }, RangeError, /moveTo: x is NaN, and no finite f32/],
        [{ x: 0, y: -Infinity, z: 0 }, RangeError, /moveTo: y is -Infinity/],
        [{ x: 0, y: 0, z: 1e39 }, RangeError, /moveTo: z is 1e\+39/],
        [{ X: 0, Y: 0, Z: 0 }, TypeError, /moveTo: x is undefined, and no number/],
        [{ x: '1', y: 0, z: 0 }, TypeError, /moveTo: x is 1, and no number/],
    ];
    for (const [place, kind, message] of refused)
        assert.throws(() => player.moveTo(place), (error) => error instanceof kind && message.test(error.message));
    assert.throws(() => player.moveTo(position, NaN), /^RangeError: moveTo: yaw is NaN/);
    assert.deepEqual([player.position, player.yaw], [position, yaw]);
});

test('a call goes out as one packet', async (t) => {
    const { peer, player } = await playing(t);
    const expected = callPacket(PLAYER, 'SendChat', ['héllo', 1, 1.5]);
    assert.equal(player.call('SendChat', 'héllo', 1, 1.5), true);
    assert.deepEqual(await readBytes(peer, expected.length), Buffer.from(expected));
});

test('a heartbeat goes out at once, and then on its interval', async (t) => {
    const hand = handTimers();
    const { peer } = await connected(t, { timers: hand.timers, heartbeatMs: 1234 });
    assert.deepEqual(hand.delays(), [1234]);
    hand.fire();
    hand.fire();
    await expectBeats(peer, 2);
});

const MALFORMED = {
    'a length over the limit': Buffer.from('ffffffff', 'hex'),
    'a packet too short for its type': Buffer.from('0100000000', 'hex'),
    'an unknown message': Buffer.from('02000000e803', 'hex'),
    'an argument that is no msgpack': Buffer.from(call('M', [null])).map((b) => (b === 0xc0 ? 0xc1 : b)),
    'a change of what is not there': change(1008, ['nosuch'], ['data', 1]),
    'a list operation on a map': change(1007, null),
    'a list index out of range': change(1006, ['list'], ['u32', 1], ['data', 1]),
    'a pop of an empty list': change(1007, ['empty']),
    'a path through the prototype': change(1012, ['__proto__']),
};

for (const [what, bytes] of Object.entries(MALFORMED))
    test(`${what} ends the connection with an error`, async (t) => {
        const { client, peer } = await playing(t, { list: [0], empty: [] }, { packetBytesMax: 1000 });
        const failed = event(client, 'error');
        const closed = event(client, 'close');
        peer.write(bytes);
        assert.ok((await failed)[0] instanceof ProtocolError);
        assert.equal((await closed)[0].again, false);
        assert.equal(client.state, 'closed');
        await once(peer.resume(), 'close');
    });

test('a loss destroys what was seen, then the client comes back', async (t) => {
    const hand = handTimers();
    const options = { timers: hand.timers, reconnect: true, random: () => 1, heartbeatMs: 0 };
    const { gate, client, peer, player } = await playing(t, {}, options);
    const order = [];
    for (const name of ['destroy', 'error', 'close', 'reconnecting', 'open'])
        client.on(name, () => order.push(name));
    const waiting = event(client, 'reconnecting');
    peer.destroy();
    const [{ attempt, delayMs }] = await waiting;
    assert.deepEqual([attempt, delayMs, hand.delays()], [1, 500, [500]]);
    assert.ok(player.destroyed && client.entities.size === 0 && client.player === null);
    hand.fire();
    assert.equal(client.state, 'connecting');
    (await gate.peer()).write(create('Account'));
    await event(client, 'player');
    assert.deepEqual(order, ['destroy', 'error', 'close', 'reconnecting', 'open']);
});

const token = (text) => new TextEncoder().encode(text);

async function expectPacket(peer, bytes) {
    assert.deepEqual(await readBytes(peer, bytes.length), Buffer.from(bytes));
}

/** A client that has a seat, with its player, and its gate. */
async function seated(t, options = {}) {
    const all = await connected(t, { comeBack: true, reconnect: true, reconnectFirstMs: 1, heartbeatMs: 0, ...options });
    await expectPacket(all.peer, seatPacket(token('')));
    all.peer.write(Buffer.concat([seat(false, 'first'), create('Avatar')]));
    await event(all.client, 'player');
    return all;
}

test('a client that comes back sees its player, not the boot entity of the connection', async (t) => {
    const { gate, client, peer } = await seated(t);
    const created = [];
    client.on('create', (entity) => created.push(entity.type));
    peer.destroy();
    const again = await gate.peer();
    await expectPacket(again, seatPacket(token('first')));
    const back = Promise.all([event(client, 'returned'), event(client, 'player')]);
    again.write(Buffer.concat([create('Account', { id: OTHER }), seat(true, 'second'), create('Avatar')]));
    await back;
    assert.deepEqual(created, ['Avatar']);
    again.destroy();
    await expectPacket(await gate.peer(), seatPacket(token('second')));
});

test('a client that is not known any more begins anew', async (t) => {
    const { gate, client, peer } = await seated(t);
    const created = [];
    client.on('create', (entity) => created.push(entity.type));
    peer.destroy();
    const again = await gate.peer();
    again.write(create('Account', { id: OTHER }));
    again.write(seat(false, 'other'));
    await event(client, 'player');
    assert.deepEqual(created, ['Account']);
    assert.equal(client.player.id, OTHER);
});

test('a client that is closed on purpose says so, and asks for a new seat the next time', async (t) => {
    const { gate, client, peer } = await seated(t);
    client.close();
    await expectPacket(peer, leavePacket());
    client.open();
    await expectPacket(await gate.peer(), seatPacket(token('')));
});

test('a gate that never answers the token ends the connection', async (t) => {
    const { gate, client, peer } = await seated(t);
    peer.destroy();
    const again = await gate.peer();
    const failed = new Promise((resolve) =>
        client.on('error', (error) => error instanceof ProtocolError && resolve(error)));
    again.write(Buffer.concat(Array(1001).fill(create('Account'))));
    assert.match((await failed).message, /no answer to the token/);
});

test('attempts that fail take longer and longer, until a connection has lasted', async (t) => {
    const hand = handTimers();
    const attempts = [];
    let handlers;
    const connect = (h) => ((handlers = h), { send() {}, close() {}, buffered: 0 });
    const client = new Client({ connect, timers: hand.timers, random: () => 1 });
    client.on('reconnecting', ({ delayMs }) => attempts.push(delayMs));
    client.open();
    handlers.close(new Error('refused'));
    hand.fire();
    handlers.close(new Error('refused'));
    hand.fire();
    handlers.open();
    handlers.close(new Error('lost at once'));
    hand.fire();
    handlers.open();
    hand.fire();
    handlers.close(new Error('lost after a heartbeat'));
    assert.deepEqual(attempts, [500, 1000, 2000, 500]);
    client.close();
    assert.deepEqual(hand.delays(), []);
});

test('what a transport says after it was given up is not heard', () => {
    const handlers = [];
    const connect = (h) => handlers.push(h) && { send() {}, close() {}, buffered: 0 };
    const client = new Client({ connect });
    client.open();
    client.close();
    client.open();
    handlers[0].open();
    handlers[0].close(new Error('late'));
    assert.equal(client.state, 'connecting');
    handlers[1].open();
    handlers[0].data(Buffer.from('ffffffff', 'hex'));
    assert.equal(client.state, 'open');
    client.close();
});

test('an attempt without an answer is given up', async () => {
    const hand = handTimers();
    let closed = 0;
    const connect = () => ({ send() {}, close: () => closed++, buffered: 0 });
    const client = new Client({ connect, timers: hand.timers, reconnect: false });
    const ended = event(client, 'close');
    client.open();
    hand.fire();
    assert.match((await ended)[0].error.message, /no answer/);
    assert.equal(closed, 1);
});

test('a refused connection is an error, and open() tries at once', async (t) => {
    const gate = await startGate(t);
    const hand = handTimers();
    let port = 1;
    const client = new Client({
        connect: (handlers) => tcp(port)(handlers),
        timers: hand.timers,
    });
    t.after(() => client.close());
    const waiting = event(client, 'reconnecting');
    client.open();
    assert.equal((await waiting)[0].error.code, 'ECONNREFUSED');
    port = gate.port;
    const opened = event(client, 'open');
    client.open();
    await opened;
});

test('close() within a handler stops the rest of the chunk', async (t) => {
    const { client, peer, player } = await playing(t);
    const got = [];
    player.on('First', () => client.close());
    player.on('Second', () => got.push('second'));
    const closed = event(client, 'close');
    peer.write(Buffer.concat([call('First', []), call('Second', [])]));
    assert.deepEqual(await closed, [{ error: null, again: false, kicked: false, code: null, reason: '' }]);
    await once(peer.resume(), 'close');
    assert.deepEqual(got, []);
});

test('a server that does not read costs a connection, not the memory', async (t) => {
    const { client, peer, player } = await playing(t, {}, { sendBytesMax: 100_000 });
    peer.pause();
    const closed = event(client, 'close');
    const chunk = 'x'.repeat(50_000);
    for (let sent = true; sent; ) sent = player.call('M', chunk);
    assert.match((await closed)[0].error.message, /does not read/);
});

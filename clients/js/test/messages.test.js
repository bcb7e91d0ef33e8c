// Messages: the known answers of docs/internals/protocol.md 7, and what must be refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { f32 } from '../goworld.js';
import { callPacket, heartbeatPacket, readMessage, syncPacket } from '../messages.js';
import { PacketSplitter } from '../packets.js';
import { ProtocolError } from '../wire.js';
import { OTHER, PLAYER, call, change, create, destroy, filteredCall, moves } from './fakegate.js';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'));

const CREATE_ACCOUNT =
    '45000000ea03010061774e454b4768736767736c414141420161774e454b4768736767736c41414143070000004163636f' +
    '756e74000000000000000000000000000000000100000080';
const HP_100 =
    '3c000000ec03010061774e454b4768736767736c4141414261774e454b4768736767736c4141414301000000c002000000' +
    '687009000000d30000000000000064';
const FILTERED_HI = '16000000dd0504020000006c7601000000350200000048690000';

/** The only message of a packet with its length. */
function read(bytes) {
    const messages = [];
    new PacketSplitter(1 << 20, (payload) => messages.push(readMessage(payload))).push(bytes);
    assert.equal(messages.length, 1);
    return messages[0];
}

test('CREATE is read, and our tests write it, as in item 7', () => {
    assert.equal(hex(create('Account')), CREATE_ACCOUNT);
    assert.deepEqual(read(unhex(CREATE_ACCOUNT)), {
        name: 'create',
        body: {
            isPlayer: true, id: PLAYER, type: 'Account', attrs: {},
            position: { x: 0, y: 0, z: 0 }, yaw: 0,
        },
    });
});

test('a change of a root attribute is read as in item 8', () => {
    assert.equal(hex(change(1004, null, ['varStr', 'hp'], ['data', 100])), HP_100);
    const { body } = read(unhex(HP_100));
    assert.deepEqual(body, { id: PLAYER, kind: 'set', path: [], key: 'hp', value: 100 });
});

test('a filtered call is read as in item 9', () => {
    assert.deepEqual(read(unhex(FILTERED_HI)), { name: 'filteredCall', body: { method: 'Hi', args: [] } });
});

test('a path arrives leaf first and is given root first, item 5', () => {
    const bytes = change(1004, [1, 'key2', 'key1'], ['varStr', 'k'], ['data', 'v']);
    assert.ok(hex(bytes).includes('93d30000000000000001a46b657932a46b657931'));
    assert.deepEqual(read(bytes).body.path, ['key1', 'key2', 1]);
});

test('every kind of change is read', () => {
    const root = [];
    const bodyOf = (bytes) => read(bytes).body;
    assert.equal(bodyOf(change(1005, root, ['varStr', 'a'])).kind, 'delete');
    assert.deepEqual(bodyOf(change(1006, ['l'], ['u32', 2], ['data', 1])), {
        id: PLAYER, kind: 'listset', path: ['l'], key: 2, value: 1,
    });
    assert.equal(bodyOf(change(1007, ['l'])).kind, 'pop');
    assert.equal(bodyOf(change(1008, ['l'], ['data', 1])).kind, 'append');
    assert.equal(bodyOf(change(1012, null)).kind, 'clear');
});

test('a call from the client has the bytes that a gate expects', () => {
    // The heartbeat and the layout of a chat line in the recorded session, as dialect 2020.
    assert.equal(hex(heartbeatPacket()), '02000000d107');
    const chat = '34000000' + '0b00' + hex(Buffer.from(PLAYER)) + '0800000053656e6443686174' + '0100' +
        '10000000' + 'af68656c6c6f2066726f6d206e6f6465';
    assert.equal(hex(callPacket(PLAYER, 'SendChat', ['hello from node'])), chat);
    const args = callPacket(PLAYER, 'M', [1, f32(1.5), null]);
    assert.ok(hex(args).endsWith('0300' + '09000000d30000000000000001' + '05000000ca3fc00000' + '01000000c0'));
});

test('a position from the client is a payload of 34 bytes', () => {
    const bytes = syncPacket(PLAYER, { x: 1, y: 0, z: -2 }, 0.5);
    assert.equal(bytes.length, 4 + 34);
    assert.ok(hex(bytes).startsWith('22000000' + '0c00' + hex(Buffer.from(PLAYER)) + '0000803f'));
    assert.throws(() => syncPacket('short', { x: 0, y: 0, z: 0 }, 0), RangeError);
});

test('positions of several entities come in one message', () => {
    const { body } = read(moves([PLAYER, 1, 2, 3, 4], [OTHER, 5, 6, 7, 8]));
    assert.deepEqual(body[1], { id: OTHER, position: { x: 5, y: 6, z: 7 }, yaw: 8 });
});

test('a message of a newer server is passed over, an unknown one below 3000 is refused', () => {
    assert.equal(readMessage(unhex('b80b' + 'ff')), null);
    assert.throws(() => readMessage(unhex('e803')), ProtocolError);
});

test('a packet that is cut off anywhere, or has a byte too many, is refused', () => {
    const packets = [
        create('Account', { attrs: { a: 1 } }), destroy('Account'), change(1004, null, ['varStr', 'a'], ['data', 1]),
        change(1007, ['l']), call('M', [1, 'x']), filteredCall('M', [1]), moves([PLAYER, 1, 2, 3, 4]),
    ];
    for (const bytes of packets) {
        const payload = bytes.subarray(4);
        readMessage(payload);
        // One record of positions less is a whole message again.
        const shortest = payload[0] === 0xde ? 3 : 2;
        for (let n = shortest; n < payload.length; n++)
            assert.throws(() => readMessage(payload.subarray(0, n)), ProtocolError, `${n} bytes of ${hex(payload)}`);
        assert.throws(() => readMessage(Buffer.concat([payload, Buffer.from([0])])), ProtocolError);
    }
});

test('an id that is no id and attributes that are no map are refused', () => {
    const bytes = create('Account');
    assert.throws(() => read(unhex(hex(bytes).replace(hex(Buffer.from(PLAYER)), '00'.repeat(16)))), ProtocolError);
    assert.throws(() => read(create('Account', { attrs: [1] })), ProtocolError);
    assert.throws(() => read(change(1007, 'text')), ProtocolError);
    assert.throws(() => read(change(1007, [{}])), ProtocolError);
});

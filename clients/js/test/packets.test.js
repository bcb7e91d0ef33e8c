// The stream's packets come out whole, however the network cuts it.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { PacketSplitter, packet } from '../packets.js';
import { ProtocolError } from '../wire.js';

const bodyOf = (size) => (out) => out.bytes(new Uint8Array(size).fill(size));
const PACKETS = [0, 1, 5, 300, 5000, 2].map((size, i) => packet(i, bodyOf(size)));
const STREAM = Buffer.concat(PACKETS);

function split(chunks, max = 1 << 16) {
    const payloads = [];
    const splitter = new PacketSplitter(max, (payload) => payloads.push(Buffer.from(payload)));
    for (const chunk of chunks) splitter.push(chunk);
    return payloads;
}

function pieces(size) {
    const chunks = [];
    for (let at = 0; at < STREAM.length; at += size) chunks.push(STREAM.subarray(at, at + size));
    return chunks;
}

test('packets do not depend on how the stream is cut', () => {
    const expected = PACKETS.map((bytes) => Buffer.from(bytes.subarray(4)));
    for (const size of [1, 2, 3, 7, 64, 1000, STREAM.length])
        assert.deepEqual(split(pieces(size)), expected, `pieces of ${size}`);
});

test('an empty chunk changes nothing', () => {
    assert.equal(split([new Uint8Array(0), STREAM, new Uint8Array(0)]).length, PACKETS.length);
});

test('a length over the limit or too short for a type is refused at its header', () => {
    assert.throws(() => split([packet(1, bodyOf(99))], 100), ProtocolError);
    assert.equal(split([packet(1, bodyOf(98))], 100).length, 1);
    for (const header of ['00000000', '01000000', 'ffffffff'])
        assert.throws(() => split([Buffer.from(header, 'hex')]), ProtocolError);
});

test('a stopped splitter hands out nothing, not even the rest of the chunk', () => {
    let count = 0;
    const splitter = new PacketSplitter(1 << 16, () => {
        count++;
        splitter.stop();
    });
    splitter.push(STREAM);
    splitter.push(STREAM);
    assert.equal(count, 1);
});

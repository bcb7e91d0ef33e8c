// Values on the wire: GoWorld's own forms out, every form in, nothing else.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Ext, ProtocolError, f32, f64 } from '../goworld.js';
import { decode, encode } from '../msgpack.js';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'));

test('numbers and maps are written as in docs/internals/protocol.md 7, item 4', () => {
    assert.equal(hex(encode(1)), 'd30000000000000001');
    assert.equal(hex(encode(f32(1.5))), 'ca3fc00000');
    assert.equal(hex(encode(1.5)), 'cb3ff8000000000000');
    assert.equal(hex(encode(f64(2))), 'cb4000000000000000');
    assert.equal(hex(encode({ _K: 1 })), '81a25f4bd30000000000000001');
});

test('a path and a vector are written as in docs/internals/protocol.md 7, items 5 and 6', () => {
    assert.equal(hex(encode([1, 'key2', 'key1'])), '93d30000000000000001a46b657932a46b657931');
    const vector = { X: f32(1), Y: f32(2), Z: f32(3) };
    assert.equal(hex(encode(vector)), '83a158ca3f800000a159ca40000000a15aca40400000');
    assert.deepEqual(decode(unhex(hex(encode(vector)))), { X: 1, Y: 2, Z: 3 });
});

test('every form of an integer is read', () => {
    const forms = {
        '07': 7, 'ff': -1, 'cc80': 128, 'cd0100': 256, 'ce00010000': 65536, 'd080': -128,
        'd1ff00': -256, 'd2ffff0000': -65536, 'd3ffffffffffffffff': -1, 'cf0000000000000005': 5,
    };
    for (const [form, value] of Object.entries(forms)) assert.equal(decode(unhex(form)), value, form);
});

test('an integer is a bigint only where a double cannot hold it', () => {
    for (const value of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
        assert.equal(decode(encode(value)), value);
    for (const value of [2n ** 53n, -(2n ** 63n), 2n ** 63n, 2n ** 64n - 1n])
        assert.equal(decode(encode(value)), value);
    assert.equal(decode(encode(7n)), 7);
    assert.throws(() => encode(2n ** 64n), RangeError);
    assert.throws(() => encode(-(2n ** 63n) - 1n), RangeError);
});

test('what is written reads back, at every border of a size', () => {
    const sizes = [0, 15, 16, 31, 32, 255, 256, 65535, 65536];
    for (const size of sizes) {
        const array = new Array(size).fill(true);
        const values = ['x'.repeat(size), new Uint8Array(size), array];
        for (const value of values) assert.deepEqual(decode(encode(value)), value);
        const map = Object.fromEntries(array.map((_, i) => [`k${i}`, i % 2 === 0]));
        assert.deepEqual(decode(encode(map)), map);
    }
    for (const value of [null, true, false, -0.5, 1e300, '你好\ufeff', '\ufeffbom', { a: [{}, []] }])
        assert.deepEqual(decode(encode(value)), value);
});

test('a short text is str8 from 32 bytes on', () => {
    assert.equal(hex(encode('x'.repeat(32)).subarray(0, 2)), 'd920');
});

test('undefined travels as nil, what cannot travel is refused', () => {
    assert.equal(hex(encode(undefined)), 'c0');
    for (const value of [() => {}, Symbol('s')]) assert.throws(() => encode(value), TypeError);
    const loop = [];
    loop.push(loop);
    assert.throws(() => encode(loop), RangeError);
});

test('extensions pass through', () => {
    for (const size of [1, 2, 4, 8, 16, 5, 300]) {
        const ext = new Ext(-1, new Uint8Array(size).fill(9));
        assert.deepEqual(decode(encode(ext)), ext);
    }
    assert.deepEqual(decode(unhex('d60501020304')), new Ext(5, unhex('01020304')));
});

test('padding after the first value is ignored', () => {
    assert.equal(decode(unhex('a2686900000000')), 'hi');
});

test('the key __proto__ is a key like any other', () => {
    const map = decode(encode(new Map([['__proto__', { evil: true }]])));
    assert.equal(map.evil, undefined);
    assert.deepEqual(Object.keys(map), ['__proto__']);
});

test('broken values are protocol errors, whatever they claim to hold', () => {
    const broken = ['', 'c1', 'a5686900', 'd9', 'dbffffffff', 'ddffffffff', 'dfffffffff', '91', '81a161',
        'd3000000', 'c6ffffffff00', 'c9ffffffff', '819001', '82a16101', '91'.repeat(5000)];
    for (const form of broken) assert.throws(() => decode(unhex(form)), ProtocolError, form);
});

test('no bytes make the reader do anything but return or throw a ProtocolError', () => {
    let seed = 1;
    const random = () => (seed = (seed * 48271) % 2147483647) % 256;
    for (let i = 0; i < 20000; i++) {
        const bytes = Uint8Array.from({ length: 1 + (random() % 24) }, random);
        try {
            decode(bytes);
        } catch (error) {
            assert.ok(error instanceof ProtocolError, `${hex(bytes)}: ${error.stack}`);
        }
    }
});

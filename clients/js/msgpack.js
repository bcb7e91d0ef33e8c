// msgpack values as GoWorld writes them: integers as int64, and every form accepted in reading.
import { ProtocolError, Reader, Writer, utf8Encode } from './wire.js';

// Deeper values do not occur in games; the limit keeps a hostile packet from exhausting the stack.
const DEPTH_MAX = 64;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** An extension value, passed on as it came. */
export class Ext {
    constructor(type, bytes) {
        this.type = type;
        this.bytes = bytes;
    }
}

/** A number with its width on the wire chosen by hand. */
class Float {
    constructor(value, size) {
        this.value = value;
        this.size = size;
    }
}

/** A float32 argument: Go methods that want a float32 refuse a float64. */
export const f32 = (value) => new Float(value, 4);
/** A float64 argument even where the value is whole, which otherwise travels as an integer. */
export const f64 = (value) => new Float(value, 8);

// ---- writing ----

/** Appends one value to the writer. */
export function writeValue(out, value, depth = 0) {
    if (depth > DEPTH_MAX) throw new RangeError(`a value may be nested ${DEPTH_MAX} deep`);
    if (value === null || value === undefined) out.u8(0xc0);
    else if (Object.hasOwn(WRITERS, typeof value)) WRITERS[typeof value](out, value, depth);
    else throw new TypeError(`a ${typeof value} cannot travel`);
}

const WRITERS = {
    boolean: (out, value) => out.u8(value ? 0xc3 : 0xc2),
    number: writeNumber,
    bigint: writeBigInt,
    string: writeString,
    object: writeObject,
};

function writeNumber(out, value) {
    // Always the long form: a Go method with an interface{} argument sees the wire's type, and
    // GoWorld's integers are int64.
    if (Number.isSafeInteger(value)) writeBigInt(out, BigInt(value));
    else writeFloat(out, value, 8);
}

function writeBigInt(out, value) {
    if (value < INT64_MIN || value > UINT64_MAX) throw new RangeError(`${value} needs over 64 bits`);
    const signed = value <= INT64_MAX;
    out.u8(signed ? 0xd3 : 0xcf);
    if (signed) out.bigEndian(8).setBigInt64(0, value);
    else out.bigEndian(8).setBigUint64(0, value);
}

function writeFloat(out, value, size) {
    out.u8(size === 4 ? 0xca : 0xcb);
    if (size === 4) out.bigEndian(4).setFloat32(0, value);
    else out.bigEndian(8).setFloat64(0, value);
}

function writeString(out, text) {
    const bytes = utf8Encode(text);
    if (bytes.length < 32) out.u8(0xa0 | bytes.length);
    else writeSize(out, bytes.length, 0xd9, 0xda, 0xdb);
    out.bytes(bytes);
}

function writeObject(out, value, depth) {
    if (value instanceof Float) writeFloat(out, value.value, value.size);
    else if (value instanceof Uint8Array) writeBytes(out, value);
    else if (value instanceof Ext) writeExt(out, value);
    else if (Array.isArray(value)) writeArray(out, value, depth);
    else writeMap(out, value instanceof Map ? [...value] : Object.entries(value), depth);
}

function writeBytes(out, bytes) {
    writeSize(out, bytes.length, 0xc4, 0xc5, 0xc6);
    out.bytes(bytes);
}

function writeExt(out, ext) {
    writeSize(out, ext.bytes.length, 0xc7, 0xc8, 0xc9);
    out.u8(ext.type & 0xff);
    out.bytes(ext.bytes);
}

function writeArray(out, values, depth) {
    if (values.length < 16) out.u8(0x90 | values.length);
    else writeSize(out, values.length, undefined, 0xdc, 0xdd);
    for (const value of values) writeValue(out, value, depth + 1);
}

function writeMap(out, entries, depth) {
    if (entries.length < 16) out.u8(0x80 | entries.length);
    else writeSize(out, entries.length, undefined, 0xde, 0xdf);
    for (const [key, value] of entries) {
        writeString(out, String(key));
        writeValue(out, value, depth + 1);
    }
}

/** A size with the first of the three codes (8, 16, 32 bits) that can hold it. */
function writeSize(out, size, code8, code16, code32) {
    if (code8 !== undefined && size < 2 ** 8) {
        out.u8(code8);
        out.u8(size);
    } else if (size < 2 ** 16) {
        out.u8(code16);
        out.bigEndian(2).setUint16(0, size);
    } else {
        out.u8(code32);
        out.bigEndian(4).setUint32(0, size);
    }
}

/** The bytes of one value. */
export function encode(value) {
    const out = new Writer();
    writeValue(out, value);
    return out.done();
}

// ---- reading ----

/** Reads one value; what follows it stays unread. */
export function readValue(from, depth = 0) {
    if (depth > DEPTH_MAX) throw new ProtocolError(`msgpack nested over ${DEPTH_MAX} deep`);
    const code = from.u8();
    if (code < 0x80) return code;
    if (code < 0x90) return readMap(from, code & 0x0f, depth);
    if (code < 0xa0) return readArray(from, code & 0x0f, depth);
    if (code < 0xc0) return from.text(code & 0x1f);
    if (code >= 0xe0) return code - 0x100;
    const read = READERS[code - 0xc0];
    if (!read) throw new ProtocolError(`msgpack code ${code.toString(16)}`);
    return read(from, depth);
}

const size8 = (from) => from.u8();
const size16 = (from) => from.bigEndian(2).getUint16(0);
const size32 = (from) => from.bigEndian(4).getUint32(0);

// Codes c0..df in order.
const READERS = [
    () => null,
    undefined,
    () => false,
    () => true,
    (from) => from.bytes(size8(from)).slice(),
    (from) => from.bytes(size16(from)).slice(),
    (from) => from.bytes(size32(from)).slice(),
    (from) => readExt(from, size8(from)),
    (from) => readExt(from, size16(from)),
    (from) => readExt(from, size32(from)),
    (from) => from.bigEndian(4).getFloat32(0),
    (from) => from.bigEndian(8).getFloat64(0),
    (from) => from.u8(),
    (from) => from.bigEndian(2).getUint16(0),
    (from) => from.bigEndian(4).getUint32(0),
    (from) => narrow(from.bigEndian(8).getBigUint64(0)),
    (from) => from.bigEndian(1).getInt8(0),
    (from) => from.bigEndian(2).getInt16(0),
    (from) => from.bigEndian(4).getInt32(0),
    (from) => narrow(from.bigEndian(8).getBigInt64(0)),
    (from) => readExt(from, 1),
    (from) => readExt(from, 2),
    (from) => readExt(from, 4),
    (from) => readExt(from, 8),
    (from) => readExt(from, 16),
    (from) => from.text(size8(from)),
    (from) => from.text(size16(from)),
    (from) => from.text(size32(from)),
    (from, depth) => readArray(from, size16(from), depth),
    (from, depth) => readArray(from, size32(from), depth),
    (from, depth) => readMap(from, size16(from), depth),
    (from, depth) => readMap(from, size32(from), depth),
];

/** A number where a double holds the integer exactly, else the BigInt. */
function narrow(big) {
    const number = Number(big);
    return Number.isSafeInteger(number) ? number : big;
}

function readExt(from, size) {
    const type = from.bigEndian(1).getInt8(0);
    return new Ext(type, from.bytes(size).slice());
}

function readArray(from, count, depth) {
    checkCount(from, count);
    const values = [];
    for (let i = 0; i < count; i++) values.push(readValue(from, depth + 1));
    return values;
}

function readMap(from, count, depth) {
    checkCount(from, count * 2);
    const map = {};
    for (let i = 0; i < count; i++) {
        const key = readKey(from, depth);
        setOwn(map, key, readValue(from, depth + 1));
    }
    return map;
}

function readKey(from, depth) {
    const key = readValue(from, depth + 1);
    if (typeof key === 'object') throw new ProtocolError('a map key must be text or a number');
    return String(key);
}

/** Every element takes a byte at least, so a count beyond the packet's end is a lie. */
function checkCount(from, count) {
    if (count > from.remaining) throw new ProtocolError(`${count} msgpack values announced`);
}

/** map[key] = value, also for the key "__proto__", which must not reach the prototype. */
export function setOwn(map, key, value) {
    if (key !== '__proto__') map[key] = value;
    else Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}

/** The first value in the bytes; padding after it is ignored (docs/internals/protocol.md 1). */
export function decode(bytes) {
    return readValue(new Reader(bytes));
}

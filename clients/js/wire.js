// Reads and writes the plain fields of a packet: little-endian numbers, ids, strings, bytes.

/** What a peer sent does not fit the protocol. */
export class ProtocolError extends Error {
    constructor(message) {
        super(message);
        this.name = 'ProtocolError';
    }
}

export const ID_LENGTH = 16;
const ID_PATTERN = /^[!-~]{16}$/;

// ignoreBOM keeps a leading U+FEFF: the text is the sender's, not a file's.
const utf8Decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const utf8Encoder = new TextEncoder();

export const utf8Encode = (text) => utf8Encoder.encode(text);

/** Reads fields from bytes that a peer sent; throws ProtocolError past their end. */
export class Reader {
    #bytes;
    #view;
    #offset = 0;

    constructor(bytes) {
        this.#bytes = bytes;
        this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }

    get remaining() {
        return this.#bytes.length - this.#offset;
    }

    /** Skips n bytes and returns where they began. */
    #take(n) {
        if (n > this.remaining)
            throw new ProtocolError(`${n} bytes wanted, ${this.remaining} left in the packet`);
        const at = this.#offset;
        this.#offset += n;
        return at;
    }

    u8() {
        return this.#view.getUint8(this.#take(1));
    }

    u16() {
        return this.#view.getUint16(this.#take(2), true);
    }

    u32() {
        return this.#view.getUint32(this.#take(4), true);
    }

    f32() {
        return this.#view.getFloat32(this.#take(4), true);
    }

    bool() {
        const value = this.u8();
        if (value > 1) throw new ProtocolError(`bool is ${value}`);
        return value === 1;
    }

    /** A view of n bytes, good until the caller returns to the stream that owns them. */
    bytes(n) {
        const at = this.#take(n);
        return this.#bytes.subarray(at, at + n);
    }

    text(n) {
        return utf8Decoder.decode(this.bytes(n));
    }

    id() {
        const id = this.text(ID_LENGTH);
        if (!ID_PATTERN.test(id)) throw new ProtocolError('an id is 16 ASCII characters');
        return id;
    }

    varStr() {
        return this.text(this.u32());
    }

    varBytes() {
        return this.bytes(this.u32());
    }

    /** Big-endian view of the next n bytes, for msgpack, which has the network's byte order. */
    bigEndian(n) {
        const bytes = this.bytes(n);
        return new DataView(bytes.buffer, bytes.byteOffset, n);
    }
}

/** Collects fields in one growing buffer. */
export class Writer {
    #bytes = new Uint8Array(64);
    #view = new DataView(this.#bytes.buffer);
    #length = 0;

    get length() {
        return this.#length;
    }

    /** The bytes written so far; a view, good until the next write. */
    done() {
        return this.#bytes.subarray(0, this.#length);
    }

    /** Makes room for n bytes and returns where they begin. */
    #grow(n) {
        const at = this.#length;
        this.#length += n;
        if (this.#length > this.#bytes.length) this.#reallocate();
        return at;
    }

    #reallocate() {
        const larger = new Uint8Array(Math.max(this.#length, this.#bytes.length * 2));
        larger.set(this.#bytes);
        this.#bytes = larger;
        this.#view = new DataView(larger.buffer);
    }

    u8(value) {
        const at = this.#grow(1);
        this.#view.setUint8(at, value);
    }

    u16(value) {
        const at = this.#grow(2);
        this.#view.setUint16(at, value, true);
    }

    u32(value) {
        const at = this.#grow(4);
        this.#view.setUint32(at, value, true);
    }

    /** Overwrites four bytes that were written before: a length that is known only later. */
    patchU32(at, value) {
        this.#view.setUint32(at, value, true);
    }

    f32(value) {
        const at = this.#grow(4);
        this.#view.setFloat32(at, value, true);
    }

    bytes(bytes) {
        const at = this.#grow(bytes.length);
        this.#bytes.set(bytes, at);
    }

    id(id) {
        if (!ID_PATTERN.test(id)) throw new RangeError(`not an entity id: ${id}`);
        this.bytes(utf8Encode(id));
    }

    varStr(text) {
        const bytes = utf8Encode(text);
        this.u32(bytes.length);
        this.bytes(bytes);
    }

    /** Room for n bytes, as a big-endian view to fill at once. */
    bigEndian(n) {
        const at = this.#grow(n);
        return new DataView(this.#bytes.buffer, at, n);
    }
}

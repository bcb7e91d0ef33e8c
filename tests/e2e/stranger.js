// A process of GoWorld's own, played by a test: it speaks and understands only GoWorld's messages.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';

import { encode, readValue } from '../../clients/js/msgpack.js';
import { PacketSplitter, packet } from '../../clients/js/packets.js';
import { Reader } from '../../clients/js/wire.js';

const PACKET_BYTES_MAX = 32 * 1024 * 1024;
const FIRST_OF_OURS = 3000;
const HELLO = 3000;

export const SET_GAME_ID = 1;
export const SET_GATE_ID = 2;
export const NOTIFY_CREATE_ENTITY = 3;
export const NOTIFY_DESTROY_ENTITY = 4;
export const CALL_ENTITY_METHOD = 6;
export const CREATE_ENTITY_SOMEWHERE = 7;
export const LOAD_ENTITY_SOMEWHERE = 8;
export const NOTIFY_CLIENT_CONNECTED = 9;
export const NOTIFY_CLIENT_DISCONNECTED = 10;
export const CALL_FROM_CLIENT = 11;
export const SET_GAME_ID_ACK = 21;
export const NOTIFY_DEPLOYMENT_READY = 24;
export const GAME_LBC_INFO = 25;
export const CREATE_ENTITY_ON_CLIENT = 1002;
export const DESTROY_ENTITY_ON_CLIENT = 1003;
export const CALL_ON_CLIENT = 1009;
export const SET_FILTER_PROP = 1010;
export const CLEAR_FILTER_PROPS = 1011;
export const CALL_FILTERED_CLIENTS = 1501;

/** A connection to a process of ours. */
export class Peer {
    /** Types from 3000 up that came. */
    ours = [];
    #socket;
    #packets = [];
    #waiting = null;

    /** `onPacket(type, payload)`, if there is one, gets what comes; otherwise next() does. */
    constructor(socket, onPacket) {
        this.#socket = socket.setNoDelay(true);
        const splitter = new PacketSplitter(PACKET_BYTES_MAX, (view) => {
            const payload = Buffer.from(view);
            const type = typeOf(payload);
            if (type >= FIRST_OF_OURS) this.ours.push(type);
            else if (onPacket) onPacket(type, payload);
            else this.#take(payload);
        });
        socket.on('data', (bytes) => splitter.push(bytes));
        socket.on('error', () => {});
        this.closed = new Promise((resolve) => socket.on('close', resolve)).then(() => this.#waiting?.(null));
    }

    #take(payload) {
        const waiting = this.#waiting;
        this.#waiting = null;
        if (waiting) waiting(payload);
        else this.#packets.push(payload);
    }

    /** The next payload, which has to be of one of these types. */
    async next(...types) {
        const payload = this.#packets.shift() ?? (await new Promise((resolve) => (this.#waiting = resolve)));
        assert.ok(payload, `the connection ended; wanted: ${types}`);
        const type = typeOf(payload);
        assert.ok(types.includes(type), `wanted ${types}, got ${type}: ${payload.toString('hex')}`);
        return payload;
    }

    /** The same, to be read from behind the type. */
    async read(type) {
        return readerOf(await this.next(type));
    }

    /** Sends a packet of `fields`: ['u16', 1], ['data', value]... */
    send(type, ...fields) {
        this.#socket.write(compose(type, fields));
    }

    /** Sends a payload as it came, with `fields` behind it. */
    pass(payload, ...fields) {
        this.#socket.write(compose(typeOf(payload), [['bytes', payload.subarray(2)], ...fields]));
    }

    /** Nothing came that GoWorld does not know, but for the HELLO of one that has connected. */
    assertGotNothingOfOurs() {
        assert.deepEqual(this.ours.filter((type) => type !== HELLO), []);
    }

    destroy() {
        this.#socket.destroy();
    }
}

export const typeOf = (payload) => payload.readUInt16LE();

/** Reads the fields behind the type. */
export const readerOf = (payload) => new Reader(payload.subarray(2));

/** Connects as a game or gate. */
export async function connect(port) {
    const socket = net.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Peer(socket);
}

function compose(type, fields) {
    // A view into the writer's buffer, which nobody else has.
    return Buffer.from(packet(type, (out) => {
        for (const [kind, value] of fields) WRITE[kind](out, value);
    }));
}

const WRITE = {
    u8: (out, value) => out.u8(value),
    u16: (out, value) => out.u16(value),
    u32: (out, value) => out.u32(value),
    f32: (out, value) => out.f32(value),
    id: (out, value) => out.id(value),
    str: (out, value) => out.varStr(value),
    bytes: (out, value) => out.bytes(value),
    data(out, value) {
        const bytes = encode(value);
        out.u32(bytes.length);
        out.bytes(bytes);
    },
    args(out, values) {
        out.u16(values.length);
        for (const value of values) WRITE.data(out, value);
    },
};

/** Reads Args. */
export function readArgs(from) {
    return Array.from({ length: from.u16() }, () => readValue(new Reader(from.varBytes())));
}

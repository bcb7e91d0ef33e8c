// The messages between a client and its gate: their numbers, fields and layout (docs/internals/protocol.md 2, 3).
import { packet } from './packets.js';
import { readValue, writeValue } from './msgpack.js';
import { ID_LENGTH, ProtocolError, Reader } from './wire.js';

// Our own additions begin here; a peer drops those that it does not know.
const FIRST_EXTENSION = 3000;
const GATE_ID_BYTES = 2;
const SYNC_BYTES = ID_LENGTH + 16;

// ---- client -> gate ----

const CALL_FROM_CLIENT = 11;
const SYNC_FROM_CLIENT = 12;
const HEARTBEAT = 2001;
const SEAT_FROM_CLIENT = 3100;
const LEAVE = 3102;

/** Calls the method of an entity on the server. */
export const callPacket = (id, method, args) =>
    packet(CALL_FROM_CLIENT, (out) => {
        out.id(id);
        out.varStr(method);
        out.u16(args.length);
        for (const arg of args) writeData(out, arg);
    });

/** Tells where the entity that this client moves is now. */
export const syncPacket = (id, { x, y, z }, yaw) =>
    packet(SYNC_FROM_CLIENT, (out) => {
        out.id(id);
        for (const value of [x, y, z, yaw]) out.f32(value);
    });

export const heartbeatPacket = () => packet(HEARTBEAT);

/** Asks to be known again after a loss: with no token for one, with one for what was left behind. */
export const seatPacket = (token) =>
    packet(SEAT_FROM_CLIENT, (out) => {
        out.u32(token.length);
        out.bytes(token);
    });

/** Says that the connection ends on purpose. */
export const leavePacket = () => packet(LEAVE);

/** Data: a byte length, then one msgpack value. */
function writeData(out, value) {
    const at = out.length;
    out.u32(0);
    writeValue(out, value);
    out.patchU32(at, out.length - at - 4);
}

// ---- gate -> client ----

/** The first value of a Data field; clients and servers may pad behind it. */
const readData = (from) => readValue(new Reader(from.varBytes()));

/** Root first, as programs write it; on the wire the leaf comes first and nil means the root. */
function readPath(from) {
    const path = readData(from) ?? [];
    if (!Array.isArray(path) || !path.every(isPathKey)) throw new ProtocolError('bad attribute path');
    return path.reverse();
}

const isPathKey = (key) => typeof key === 'string' || (Number.isInteger(key) && key >= 0);

function readArgs(from) {
    const count = from.u16();
    const args = [];
    for (let i = 0; i < count; i++) args.push(readData(from));
    return args;
}

function readPlace(from) {
    const position = { x: from.f32(), y: from.f32(), z: from.f32() };
    return { position, yaw: from.f32() };
}

function readCreate(from) {
    const isPlayer = from.bool();
    const id = from.id();
    const type = from.varStr();
    const place = readPlace(from);
    const attrs = readData(from) ?? {};
    if (!isMap(attrs)) throw new ProtocolError('attributes must be a map');
    return { isPlayer, id, type, ...place, attrs };
}

/** Whether a decoded value is a map of attributes. */
export const isMap = (value) =>
    value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;

function readFilteredCall(from) {
    // The gate has applied the filter already: operator, key and value are not for the client.
    from.u8();
    from.varStr();
    from.varStr();
    return { method: from.varStr(), args: readArgs(from) };
}

function readMoves(from) {
    if (from.remaining % SYNC_BYTES !== 0) throw new ProtocolError('positions are cut off');
    const moves = [];
    while (from.remaining > 0) moves.push({ id: from.id(), ...readPlace(from) });
    return moves;
}

const readSeat = (from) => ({
    returned: from.bool(),
    token: from.varBytes().slice(),
    graceMs: from.u32(),
});

const change = (kind, readRest) => ({
    name: 'attr',
    read: (from) => ({ id: from.id(), kind, path: readPath(from), ...readRest(from) }),
});

const readSet = (from) => ({ key: from.varStr(), value: readData(from) });
const readKey = (from) => ({ key: from.varStr() });
const readListSet = (from) => ({ key: from.u32(), value: readData(from) });
const readValueOnly = (from) => ({ value: readData(from) });
const readNothing = () => ({});
const readCall = (from) => ({ id: from.id(), method: from.varStr(), args: readArgs(from) });

// Per message type: the name of its handler, how to read it, whether gateid and ClientID precede.
const MESSAGES = new Map([
    [1002, { name: 'create', read: readCreate }],
    [1003, { name: 'destroy', read: (from) => ({ type: from.varStr(), id: from.id() }) }],
    [1004, change('set', readSet)],
    [1005, change('delete', readKey)],
    [1006, change('listset', readListSet)],
    [1007, change('pop', readNothing)],
    [1008, change('append', readValueOnly)],
    [1009, { name: 'call', read: readCall }],
    [1012, change('clear', readNothing)],
    [1501, { name: 'filteredCall', read: readFilteredCall, bare: true }],
    [1502, { name: 'moves', read: readMoves, bare: true }],
    [3101, { name: 'seat', read: readSeat, bare: true }],
]);

/** Decodes a payload to {name, body}, or null for a message that is newer than this library. */
export function readMessage(payload) {
    const from = new Reader(payload);
    const type = from.u16();
    const message = MESSAGES.get(type);
    if (!message && type >= FIRST_EXTENSION) return null;
    if (!message) throw new ProtocolError(`message type ${type}`);
    if (!message.bare) from.bytes(GATE_ID_BYTES + ID_LENGTH);
    const body = message.read(from);
    if (from.remaining > 0) throw new ProtocolError(`${from.remaining} bytes after message ${type}`);
    return { name: message.name, body };
}

// A gate for tests: listens on a port of its own and hands out bare byte streams.
import { once } from 'node:events';
import net from 'node:net';

import { encode } from '../msgpack.js';
import { packet } from '../packets.js';

export const PLAYER = 'awNEKGhsggslAAAC';
export const CLIENT = 'awNEKGhsggslAAAB';
export const OTHER = 'awNEKGhsggsZAAAB';

/** Listens; peers() yields the sockets of the clients one by one, in the order they come. */
export async function startGate(t) {
    const server = net.createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const sockets = new Set();
    const waiting = [];
    server.on('connection', (socket) => {
        sockets.add(socket);
        socket.on('error', () => {});
        if (waiting.length > 0) waiting.shift()(socket);
        else early.push(socket);
    });
    const early = [];
    t.after(() => {
        for (const socket of sockets) socket.destroy();
        server.close();
    });
    return {
        port: server.address().port,
        peer: () => (early.length > 0 ? early.shift() : new Promise((r) => waiting.push(r))),
    };
}

/** Collects bytes from a socket until there are n. */
export async function readBytes(socket, n) {
    let bytes = Buffer.alloc(0);
    while (bytes.length < n) {
        const chunk = socket.read(Math.min(n - bytes.length, socket.readableLength || 1));
        if (chunk) bytes = Buffer.concat([bytes, chunk]);
        else await once(socket, 'readable');
    }
    return bytes;
}

/** The next event of an emitter with on(), as the array of its arguments. */
export const event = (emitter, name) =>
    new Promise((resolve) => emitter.once(name, (...args) => resolve(args)));

function data(out, value) {
    const bytes = encode(value);
    out.u32(bytes.length);
    out.bytes(bytes);
}

const prefixed = (type, body) =>
    packet(type, (out) => {
        out.u16(1);
        out.id(CLIENT);
        body(out);
    });

export const create = (type, { id = PLAYER, isPlayer = true, attrs = {} } = {}) =>
    prefixed(1002, (out) => {
        out.u8(isPlayer ? 1 : 0);
        out.id(id);
        out.varStr(type);
        for (let i = 0; i < 4; i++) out.f32(0);
        data(out, attrs);
    });

export const destroy = (type, id = PLAYER) =>
    prefixed(1003, (out) => {
        out.varStr(type);
        out.id(id);
    });

/** An attribute change: `fields` are writer calls like ['varStr', 'hp'] or ['data', 100]. */
export const change = (type, path, ...fields) =>
    prefixed(type, (out) => {
        out.id(PLAYER);
        data(out, path);
        for (const [kind, value] of fields) kind === 'data' ? data(out, value) : out[kind](value);
    });

export const call = (method, args, id = PLAYER) =>
    prefixed(1009, (out) => {
        out.id(id);
        out.varStr(method);
        out.u16(args.length);
        for (const arg of args) data(out, arg);
    });

export const filteredCall = (method, args) =>
    packet(1501, (out) => {
        out.u8(0);
        out.varStr('');
        out.varStr('');
        out.varStr(method);
        out.u16(args.length);
        for (const arg of args) data(out, arg);
    });

/** The answer about a seat: `token` is a string of it. */
export const seat = (returned, token = '') =>
    packet(3101, (out) => {
        out.u8(returned ? 1 : 0);
        out.varStr(token);
        out.u32(20_000);
    });

export const moves = (...list) =>
    packet(1502, (out) => {
        for (const [id, x, y, z, yaw] of list) {
            out.id(id);
            for (const value of [x, y, z, yaw]) out.f32(value);
        }
    });

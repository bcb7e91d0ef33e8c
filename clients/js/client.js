// A client's life on a gate: connects, keeps the entities in step, connects again after a loss.
import { backoffMs } from './backoff.js';
import { Emitter } from './emitter.js';
import {
    callPacket, heartbeatPacket, leavePacket, readMessage, seatPacket, syncPacket,
} from './messages.js';
import { PacketSplitter } from './packets.js';
import { ProtocolError } from './wire.js';
import { World } from './world.js';

const NO_TOKEN = new Uint8Array(0);
// What comes before the gate says whether it knows the token: the boot entity, and little more.
const HELD_MESSAGES_MAX = 1000;

// The close code of a gate whose game does not want this client any more.
const CLOSED_BY_GAME = 4001;

const DEFAULTS = {
    reconnect: true,
    reconnectAfterKick: false,
    comeBack: false,
    reconnectFirstMs: 500,
    reconnectMaxMs: 20_000,
    heartbeatMs: 5_000,
    connectTimeoutMs: 10_000,
    packetBytesMax: 32 * 1024 * 1024,
    sendBytesMax: 4 * 1024 * 1024,
    random: Math.random,
    // Called as plain functions: a browser's timers refuse any other `this` than the window.
    timers: {
        setTimeout: (run, ms) => setTimeout(run, ms),
        clearTimeout: (id) => clearTimeout(id),
        setInterval: (run, ms) => setInterval(run, ms),
        clearInterval: (id) => clearInterval(id),
    },
};

/** Events: open, close, reconnecting, returned, error, create, player, destroy, attr, move, unhandled. */
export class Client extends Emitter {
    #options;
    #world;
    #state = 'closed';
    #connection = null;
    #splitter = null;
    #attempt = 0;
    #timeout = null;
    #heartbeat = null;
    #token = NO_TOKEN;
    // Messages that wait for the answer to the token; null: they need not.
    #held = null;

    /** `connect` is a transport: websocket(url) or tcp(port, host). The rest has defaults. */
    constructor({ connect, ...options }) {
        super();
        if (typeof connect !== 'function') throw new TypeError('connect must be a transport');
        this.#options = { ...DEFAULTS, ...options, connect };
        const send = {
            call: (id, method, args) => this.#send(callPacket(id, method, args)),
            sync: (id, position, yaw) => this.#send(syncPacket(id, position, yaw)),
        };
        this.#world = new World(send, (name, ...args) => this.emit(name, ...args));
    }

    /** closed, connecting, open, or waiting (for the next attempt). */
    get state() {
        return this.#state;
    }

    /** The entity that this client owns, or null. */
    get player() {
        return this.#world.player;
    }

    /** The entities that this client sees, by id. Read only. */
    get entities() {
        return this.#world.entities;
    }

    /** Connects; while waiting for the next attempt, makes it now. */
    open() {
        if (this.#state !== 'closed' && this.#state !== 'waiting') return;
        this.#stopTimers();
        this.#state = 'connecting';
        const { connect, timers, connectTimeoutMs } = this.#options;
        this.#timeout = timers.setTimeout(() => this.#lose(new Error('no answer')), connectTimeoutMs);
        this.#listen(connect);
    }

    /** Ends the connection for good; open() starts anew. */
    close() {
        if (this.#state === 'closed') return;
        if (this.#token.length > 0) this.#send(leavePacket());
        this.#token = NO_TOKEN;
        this.#lose(null);
    }

    #listen(connect) {
        const splitter = new PacketSplitter(this.#options.packetBytesMax, (payload) =>
            this.#receive(payload),
        );
        this.#splitter = splitter;
        // A transport that was given up may still have an event under way.
        const current = (handle) => (arg) => this.#splitter === splitter && handle(arg);
        try {
            this.#connection = connect({
                open: current(() => this.#opened()),
                data: current((bytes) => this.#feed(bytes)),
                close: current((error) => this.#lose(error)),
            });
        } catch (error) {
            this.#lose(error);
        }
    }

    #opened() {
        const { timers, heartbeatMs } = this.#options;
        this.#stopTimers();
        this.#state = 'open';
        if (heartbeatMs > 0) {
            this.#heartbeat = timers.setInterval(() => this.#beat(), heartbeatMs);
            this.#send(heartbeatPacket()); // the gate need not wait to know which dialect this is
        }
        if (this.#options.comeBack) this.#askForSeat();
        this.emit('open');
    }

    /** A connection that lived for a heartbeat is a good one: the next loss starts small again. */
    #beat() {
        this.#attempt = 0;
        this.#send(heartbeatPacket());
    }

    #feed(bytes) {
        try {
            this.#splitter.push(bytes);
        } catch (error) {
            this.#lose(error);
        }
    }

    #receive(payload) {
        const message = readMessage(payload);
        if (!message) return;
        if (message.name === 'seat') this.#seated(message.body);
        else if (this.#held) this.#hold(message);
        else this.#world.apply(message);
    }

    /** Until the gate has said whether it knows the token, nobody knows whose boot entity that is. */
    #askForSeat() {
        this.#held = this.#token.length > 0 ? [] : null;
        this.#send(seatPacket(this.#token));
    }

    #hold(message) {
        if (this.#held.push(message) > HELD_MESSAGES_MAX) throw new ProtocolError('no answer to the token');
    }

    #seated({ returned, token }) {
        const held = this.#held ?? [];
        this.#held = null;
        this.#token = token;
        if (returned) this.emit('returned');
        else for (const message of held) this.#world.apply(message);
    }

    #send(bytes) {
        if (this.#state !== 'open') return false;
        if (this.#connection.buffered + bytes.length > this.#options.sendBytesMax) {
            this.#lose(new Error('the server does not read'));
            return false;
        }
        this.#connection.send(bytes);
        return true;
    }

    /** The one way down: `error` says why, null means that the program wanted it. */
    #lose(error) {
        const wasOpen = this.#state === 'open';
        const kicked = this.#isKick(error);
        const again = error !== null && this.#options.reconnect && (!kicked || this.#options.reconnectAfterKick);
        const { code = null, reason = '' } = error ?? {};
        if (kicked) this.#token = NO_TOKEN;
        this.#drop();
        this.#state = again ? 'waiting' : 'closed';
        this.#world.clear();
        if (error) this.emit('error', error);
        if (wasOpen || !again) this.emit('close', { error, again, kicked, code, reason });
        // A listener may have called open() or close() by now.
        if (again && this.#state === 'waiting') this.#wait(error);
    }

    /** Without a player the game has never taken this client: it may well do so the next time. */
    #isKick(error) {
        return error?.code === CLOSED_BY_GAME && this.#world.player !== null;
    }

    #drop() {
        this.#stopTimers();
        this.#held = null;
        this.#splitter?.stop();
        this.#splitter = null;
        this.#connection?.close();
        this.#connection = null;
    }

    #wait(error) {
        const { timers, random, reconnectFirstMs: firstMs, reconnectMaxMs: maxMs } = this.#options;
        const attempt = ++this.#attempt;
        const delayMs = backoffMs(attempt, { firstMs, maxMs, random });
        this.#timeout = timers.setTimeout(() => this.open(), delayMs);
        this.emit('reconnecting', { attempt, delayMs, error });
    }

    #stopTimers() {
        const { timers } = this.#options;
        if (this.#timeout !== null) timers.clearTimeout(this.#timeout);
        if (this.#heartbeat !== null) timers.clearInterval(this.#heartbeat);
        this.#timeout = this.#heartbeat = null;
    }
}

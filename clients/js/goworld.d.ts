// Types of the library. A program that describes its entities gets typed calls and events.

/**
 * What a program knows of one entity type: its attributes, the methods that the server calls on
 * the client (`client`), and those that the client calls on the server (`server`).
 */
export interface EntityShape {
    attrs?: object;
    client?: object;
    server?: object;
}

/** The entity types of a game by name. */
export type Shapes = Record<string, EntityShape>;

type Part<S, K extends keyof EntityShape> = S extends { [P in K]: infer T } ? T : any;
// The first test finds `any`: a type that nobody described.
type Args<F> = 0 extends 1 & F ? any[] : F extends (...args: infer A) => unknown ? A : never;
type Name<T> = string & keyof T;

/** A value that travels; integers beyond 2^53 are bigint. */
export type Value =
    | null
    | boolean
    | number
    | bigint
    | string
    | Uint8Array
    | Ext
    | Value[]
    | { [key: string]: Value };

/** A msgpack extension value, passed on as it came. */
export class Ext {
    constructor(type: number, bytes: Uint8Array);
    type: number;
    bytes: Uint8Array;
}

/** A float32 argument: Go methods that want a float32 refuse a float64. */
export function f32(value: number): any;
/** A float64 argument even where the value is whole, which otherwise travels as an integer. */
export function f64(value: number): any;

export interface Position {
    x: number;
    y: number;
    z: number;
}

export interface Change {
    /** `listset` replaces an element of a list, `set` a key of a map. */
    kind: 'set' | 'delete' | 'clear' | 'listset' | 'append' | 'pop';
    /** Keys from the root attribute down to the changed map or list; empty for the root itself. */
    path: (string | number)[];
    /** The changed key or index, where there is one. */
    key?: string | number;
    value?: Value;
    /** What was there before, where something was replaced or removed. */
    before?: Value;
}

/** Ends what it was returned for. */
export type Off = () => void;

export class Entity<S extends EntityShape = any, T extends string = string> {
    private constructor();
    readonly id: string;
    readonly type: T;
    /** Whether this client owns the entity. */
    readonly isPlayer: boolean;
    /** Mirrors the server's attributes; read only. */
    readonly attrs: Part<S, 'attrs'>;
    readonly position: Position;
    readonly yaw: number;
    readonly destroyed: boolean;

    is(type: string): boolean;
    /** Handles a call from the server. */
    on<M extends Name<Part<S, 'client'>>>(
        method: M,
        handler: (...args: Args<Part<S, 'client'>[M]>) => void,
    ): Off;
    once<M extends Name<Part<S, 'client'>>>(
        method: M,
        handler: (...args: Args<Part<S, 'client'>[M]>) => void,
    ): Off;
    /** Told after root attribute `key`, or anything below it, has changed. */
    watch<K extends Name<Part<S, 'attrs'>>>(
        key: K,
        listener: (value: Part<S, 'attrs'>[K], change: Change) => void,
    ): Off;
    /** Calls a method on the server; false when there is no connection or the entity is gone. */
    call<M extends Name<Part<S, 'server'>>>(method: M, ...args: Args<Part<S, 'server'>[M]>): boolean;
    /**
     * Moves the entity, where the server lets this client do that; false when there is no connection or the entity is
     * gone. Throws a TypeError for what is no number, a RangeError for what is no finite f32.
     */
    moveTo(position: Position, yaw?: number): boolean;
}

/** Any entity of the game: `switch (e.type)` tells which one it is. */
export type AnyEntity<W extends Shapes> = string extends keyof W
    ? Entity
    : { [T in Name<W>]: Entity<W[T], T> }[Name<W>];

export interface Loss {
    /** Why the connection ended; null when the program closed it. */
    error: Error | null;
    /** Whether the client will connect again. */
    again: boolean;
    /** The game closed this client, for instance because another one has taken over its player. */
    kicked: boolean;
    /** From the close frame of a WebSocket; null and '' where there was none. */
    code: number | string | null;
    reason: string;
}

export interface Retry {
    /** Counts from 1 since the last good connection. */
    attempt: number;
    delayMs: number;
    error: Error;
}

export interface Events<W extends Shapes> {
    open: [];
    /** After this, `reconnecting` follows when `again` is set. */
    close: [loss: Loss];
    reconnecting: [retry: Retry];
    /** The gate knows this client again: its player follows, and the calls that it has missed. */
    returned: [];
    /** The connection broke or the server sent what is no packet (ProtocolError). */
    error: [error: Error];
    create: [entity: AnyEntity<W>];
    /** The client owns this entity from now on; `create` was emitted before. */
    player: [entity: AnyEntity<W>];
    destroy: [entity: AnyEntity<W>];
    attr: [entity: AnyEntity<W>, change: Change];
    move: [entity: AnyEntity<W>];
    /** The server called a method that nobody handles. */
    unhandled: [entity: AnyEntity<W>, method: string, args: Value[]];
}

export interface Connection {
    send(bytes: Uint8Array): void;
    close(): void;
    /** Bytes that were sent but have not left yet. */
    readonly buffered: number;
}

/** Connects, and tells the handlers; after close it calls nothing any more. */
export type Transport = (handlers: {
    open(): void;
    data(bytes: Uint8Array): void;
    close(error: Error): void;
}) => Connection;

export interface Timers {
    setTimeout(run: () => void, ms: number): any;
    clearTimeout(id: any): void;
    setInterval(run: () => void, ms: number): any;
    clearInterval(id: any): void;
}

export interface Options {
    connect: Transport;
    /** Connect again after a loss; true by default. */
    reconnect?: boolean;
    /** Connect again also when the game closed this client; false by default. */
    reconnectAfterKick?: boolean;
    /** Find the player again after a loss, where the gate has a reconnect_grace. Default: false. */
    comeBack?: boolean;
    /** The first delay, doubled with each attempt, of which a random half is taken off; 500. */
    reconnectFirstMs?: number;
    /** The longest delay; 20,000. */
    reconnectMaxMs?: number;
    /** How often a heartbeat follows the first one, which goes out at once; 5,000; 0 sends none at all. */
    heartbeatMs?: number;
    /** How long a connection may take to open; 10,000. */
    connectTimeoutMs?: number;
    /** The largest payload that is accepted; 32 MiB, the protocol's own limit. */
    packetBytesMax?: number;
    /** How much may wait to be sent before the connection counts as dead; 4 MiB. */
    sendBytesMax?: number;
    /** The jitter's source, in [0, 1). */
    random?: () => number;
    timers?: Timers;
}

export class Client<W extends Shapes = any> {
    constructor(options: Options);
    readonly state: 'closed' | 'connecting' | 'open' | 'waiting';
    readonly player: AnyEntity<W> | null;
    readonly entities: ReadonlyMap<string, AnyEntity<W>>;
    /** Connects; while waiting for the next attempt, makes it now. */
    open(): void;
    /** Ends the connection for good; open() starts anew. */
    close(): void;
    on<E extends keyof Events<W>>(event: E, listener: (...args: Events<W>[E]) => void): Off;
    once<E extends keyof Events<W>>(event: E, listener: (...args: Events<W>[E]) => void): Off;
}

/** What the server sent does not fit the protocol. */
export class ProtocolError extends Error {}

/** A WebSocket transport; in node before 22 pass the constructor of the package `ws`. */
export function websocket(url: string, options?: { WebSocket?: any }): Transport;

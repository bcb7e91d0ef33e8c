// One entity of the server as this client sees it.
import { applyChange } from './attrs.js';
import { Emitter } from './emitter.js';

export class Entity {
    #send;
    #calls = new Emitter();
    #watchers = new Emitter();

    /** The client makes entities; `send` passes a call or position on while it is connected. */
    constructor({ id, type, isPlayer, attrs, position, yaw }, send) {
        this.id = id;
        this.type = type;
        this.isPlayer = isPlayer;
        this.attrs = attrs;
        this.position = position;
        this.yaw = yaw;
        this.destroyed = false;
        this.#send = send;
    }

    /** Whether the entity is of that type. */
    is(type) {
        return this.type === type;
    }

    /** Handles a call from the server: entity.on('OnRecvChat', (name, text) => ...). */
    on(method, handler) {
        return this.#calls.on(method, handler);
    }

    /** Handles the next call only. */
    once(method, handler) {
        return this.#calls.once(method, handler);
    }

    /** Told after root attribute `key`, or anything below it, has changed: (value, change). */
    watch(key, listener) {
        return this.#watchers.on(key, listener);
    }

    /** Calls a method on the server; false when there is no connection or the entity is gone. */
    call(method, ...args) {
        return !this.destroyed && this.#send.call(this.id, method, args);
    }

    /**
     * Moves the entity, where the server lets this client do that; false as for call(). Throws for what is no finite
     * f32: a gate closes the client that sends it.
     */
    moveTo(position, yaw = this.yaw) {
        const { x, y, z } = position;
        expectFinite({ x, y, z, yaw });
        if (this.destroyed) return false;
        this.place(position, yaw);
        return this.#send.sync(this.id, this.position, yaw);
    }

    // ---- for the client only ----

    /** Delivers a call from the server; false when nobody listens. */
    receive(method, args) {
        return this.#calls.emit(method, ...args) > 0;
    }

    /** Applies an attribute change and tells who watches it; returns the change with `before`. */
    change(message) {
        const before = applyChange(this.attrs, message);
        const { kind, path, key, value } = message;
        const change = { kind, path, key, value, before };
        for (const root of changedRoots(change)) this.#watchers.emit(root, this.attrs[root], change);
        return change;
    }

    /** Sets the position as the server told it. */
    place({ x, y, z }, yaw) {
        this.position = { x, y, z };
        this.yaw = yaw;
    }
}

function expectFinite(numbers) {
    for (const [name, value] of Object.entries(numbers)) {
        if (typeof value !== 'number') throw new TypeError(`moveTo: ${name} is ${value}, and no number`);
        if (!Number.isFinite(Math.fround(value)))
            throw new RangeError(`moveTo: ${name} is ${value}, and no finite f32`);
    }
}

/** The root attributes that a change touches: one, but all of them when the root is cleared. */
function changedRoots({ kind, path, key, before }) {
    if (path.length > 0) return [path[0]];
    return kind === 'clear' ? Object.keys(before) : [key];
}

// The entities that exist on this client: applies the server's messages to them.
import { Entity } from './entity.js';

export class World {
    #entities = new Map();
    #player = null;
    #send;
    #emit;

    /** `send` goes to the entities; `emit(name, ...args)` tells the program what happened. */
    constructor(send, emit) {
        this.#send = send;
        this.#emit = emit;
    }

    get player() {
        return this.#player;
    }

    get entities() {
        return this.#entities;
    }

    /** Applies one decoded message. Messages about entities that are gone are late, not wrong. */
    apply({ name, body }) {
        this[name](body);
    }

    create(body) {
        const known = this.#entities.get(body.id);
        if (known) this.#remove(known);
        const entity = new Entity(body, this.#send);
        this.#entities.set(entity.id, entity);
        if (entity.isPlayer) this.#player = entity;
        this.#emit('create', entity);
        if (entity.isPlayer && !entity.destroyed) this.#emit('player', entity);
    }

    destroy({ id }) {
        const entity = this.#entities.get(id);
        if (entity) this.#remove(entity);
    }

    attr(body) {
        const entity = this.#entities.get(body.id);
        if (entity) this.#emit('attr', entity, entity.change(body));
    }

    call({ id, method, args }) {
        this.#deliver(this.#entities.get(id), method, args);
    }

    /** A filtered call is meant for the player, whichever entity that is now. */
    filteredCall({ method, args }) {
        this.#deliver(this.#player, method, args);
    }

    moves(moves) {
        for (const { id, position, yaw } of moves) this.#move(this.#entities.get(id), position, yaw);
    }

    /** The connection is gone, and with it everything that was seen through it. */
    clear() {
        for (const entity of [...this.#entities.values()].reverse()) this.#remove(entity);
    }

    #deliver(entity, method, args) {
        if (entity && !entity.receive(method, args)) this.#emit('unhandled', entity, method, args);
    }

    #move(entity, position, yaw) {
        if (!entity) return;
        entity.place(position, yaw);
        this.#emit('move', entity);
    }

    #remove(entity) {
        entity.destroyed = true;
        this.#entities.delete(entity.id);
        if (this.#player === entity) this.#player = null;
        this.#emit('destroy', entity);
    }
}

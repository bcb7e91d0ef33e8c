// A dispatcher of GoWorld's own, played by a test: the only one of its cluster, it routes by the rules of
// docs/internals/protocol.md 6 and says no HELLO.
import { EventEmitter, once } from 'node:events';
import net from 'node:net';

import * as go from './stranger.js';

const ID_BYTES = 16;

/** Emits "game" with {id, isReconnect, entities} for each registration of a game, and "created" and "destroyed" with
 * the id of an entity. */
export class GoDispatcher extends EventEmitter {
    /** The links of games and gates by number. */
    games = new Map();
    gates = new Map();
    /** The number of the game that each entity lives on. */
    entities = new Map();
    #peers = new Set();
    #server = net.createServer((socket) => this.#accept(socket));

    async listen(port) {
        await once(this.#server.listen(port, '127.0.0.1'), 'listening');
        return this;
    }

    async close() {
        for (const peer of this.#peers) peer.destroy();
        await once(this.#server.close(), 'close');
    }

    /** Of everybody who is or was connected. */
    assertGotNothingOfOurs() {
        for (const peer of this.#peers) peer.assertGotNothingOfOurs();
    }

    #accept(socket) {
        const peer = new go.Peer(socket, (type, payload) => this.#handle(peer, type, payload));
        this.#peers.add(peer);
        peer.closed.then(() => this.#lose(peer));
    }

    /** GoWorld's own tells the other games, and the gates nothing. */
    #lose(peer) {
        if (this.games.get(peer.id) === peer) {
            this.games.delete(peer.id);
            for (const [entity, game] of this.entities) if (game === peer.id) this.entities.delete(entity);
        }
        if (this.gates.get(peer.id) === peer) this.gates.delete(peer.id);
    }

    #handle(peer, type, payload) {
        if (type >= 1001 && type <= 1499) this.gates.get(payload.readUInt16LE(2))?.pass(payload);
        else HANDLERS[type]?.call(this, peer, payload);
    }

    setGame(peer, payload) {
        const from = go.readerOf(payload);
        peer.id = from.u16();
        const [isReconnect] = [from.bool(), from.bool(), from.bool()];
        const entities = Array.from({ length: from.u32() }, () => from.id());
        this.games.set(peer.id, peer);
        for (const entity of entities) this.entities.set(entity, peer.id);
        // No games but this one, nothing rejected, nothing registered.
        peer.send(go.SET_GAME_ID_ACK, ['u16', 1], ['u8', 1], ['u16', 1], ['u16', peer.id], ['u32', 0], ['u32', 0]);
        this.emit('game', { id: peer.id, isReconnect, entities });
    }

    setGate(peer, payload) {
        peer.id = payload.readUInt16LE(2);
        this.gates.set(peer.id, peer);
    }

    connectClient(peer, payload) {
        const [[id, game]] = this.games;
        this.entities.set(idAt(payload, 2 + ID_BYTES), id);
        game.pass(payload, ['u16', peer.id]);
    }

    toEntity(peer, payload) {
        this.games.get(this.entities.get(idAt(payload, 2)))?.pass(payload);
    }

    /** A creation, or a load of an entity that does not live yet. */
    place(peer, payload) {
        const entity = idAt(payload, 4);
        if (this.entities.has(entity)) return;
        const [[id, game]] = this.games;
        this.entities.set(entity, id);
        game.pass(payload);
    }

    created(peer, payload) {
        this.entities.set(idAt(payload, 2), peer.id);
        this.emit('created', idAt(payload, 2));
    }

    destroyed(peer, payload) {
        const entity = idAt(payload, 2);
        if (this.entities.get(entity) !== peer.id) return;
        this.entities.delete(entity);
        this.emit('destroyed', entity);
    }

    toGates(peer, payload) {
        for (const gate of this.gates.values()) gate.pass(payload);
    }
}

const idAt = (payload, at) => payload.toString('latin1', at, at + ID_BYTES);

const { prototype: does } = GoDispatcher;
const HANDLERS = {
    [go.SET_GAME_ID]: does.setGame,
    [go.SET_GATE_ID]: does.setGate,
    [go.NOTIFY_CREATE_ENTITY]: does.created,
    [go.NOTIFY_DESTROY_ENTITY]: does.destroyed,
    [go.CALL_ENTITY_METHOD]: does.toEntity,
    [go.CREATE_ENTITY_SOMEWHERE]: does.place,
    [go.LOAD_ENTITY_SOMEWHERE]: does.place,
    [go.NOTIFY_CLIENT_CONNECTED]: does.connectClient,
    [go.NOTIFY_CLIENT_DISCONNECTED]: does.toEntity,
    [go.CALL_FROM_CLIENT]: does.toEntity,
    [go.CALL_FILTERED_CLIENTS]: does.toGates,
};

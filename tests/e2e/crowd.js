// Clients that do more than talk: they walk in an arena, go from game to game, come and leave.
import { once } from 'node:events';

import { Talker } from './talker.js';

const STEP_MS = 10;

/** Walks in an arena, further with each step, and watches the others there. Emits "entered" and "moved". */
export class Walker extends Talker {
    /** What nobody may see: positions out of order, ways that were refused. */
    slips = [];
    /** Who came into sight and went out of it, in order: "+id", "-id". */
    sights = [];
    steps = 0;
    #seen = new Map(); // how far each has walked, by id
    #timer = null;

    constructor(cluster, gate) {
        super(cluster, gate);
        this.client.on('player', (player) => {
            player.on('OnEntered', (gameid) => this.emit('entered', gameid));
            player.on('OnRefused', (why) => this.#fail(`refused: ${why}`));
        });
        this.client.on('close', () => this.emit('entered', 0));
        this.client.on('create', (entity) => this.#meet(entity));
        this.client.on('destroy', (entity) => this.#miss(entity));
        this.client.on('move', (entity) => this.#look(entity));
    }

    #fail(why) {
        this.slips.push(why);
        this.emit('entered', 0);
    }

    #meet(entity) {
        if (!entity.is('Account') || entity.isPlayer) return;
        this.sights.push(`+${entity.id}`);
        this.#seen.set(entity.id, entity.position.x);
    }

    #miss(entity) {
        if (this.#seen.delete(entity.id)) this.sights.push(`-${entity.id}`);
    }

    #look(entity) {
        const before = this.#seen.get(entity.id);
        if (before === undefined) return;
        const { x } = entity.position;
        if (x < before) this.slips.push(`${entity.id} went back from ${before} to ${x}`);
        this.#seen.set(entity.id, x);
        this.emit('moved');
    }

    /** Goes to an arena; returns when it is there, with the number of that game; 0: it will not come there. */
    async enter(arena) {
        while (!this.gameid) await once(this, 'welcome');
        const entered = once(this, 'entered');
        this.player.call('Enter', arena);
        const [gameid] = await entered;
        return gameid;
    }

    walk() {
        this.#timer = setInterval(() => this.player?.moveTo({ x: ++this.steps, y: 0, z: 0 }), STEP_MS);
    }

    stop() {
        clearInterval(this.#timer);
    }

    /** Until it sees each of the others where that has stopped. */
    async seesAll(others) {
        const isThere = (other) => other === this || this.#seen.get(other.player.id) === other.steps;
        while (!others.every(isThere)) await once(this, 'moved');
    }

    /** The ids of all whom it sees, in order. */
    get inSight() {
        return [...this.#seen.keys()].sort();
    }

    close() {
        this.stop();
        super.close();
    }
}

/** Goes from one arena to the next until it is closed: they are on different games. Emits "arrived". */
export class Wanderer extends Walker {
    /** How often it has arrived. */
    arrivals = 0;

    async wander(arenas) {
        for (let at = 0; (this.gameid = await this.enter(arenas[at])); at = (at + 1) % arenas.length) {
            this.arrivals++;
            this.emit('arrived');
        }
        this.emit('arrived');
    }

    /** Until it has begun to go somewhere after this moment, and has come there; or will not come anywhere any more. */
    async arrived() {
        for (const wanted = this.arrivals + 2; this.gameid && this.arrivals < wanted; ) await once(this, 'arrived');
    }
}

/** What a client does before it leaves; each leaves another thing under way. */
const VISITS = [
    async (visitor) => visitor.served(),
    async (visitor, arenas) => {
        await visitor.enter(arenas[0]);
        visitor.walk();
        await visitor.served();
    },
    async (visitor, arenas) => {
        await visitor.enter(arenas[1]);
        visitor.player.call('Enter', arenas[0]);
    },
    async (visitor) => new Promise((resolve) => visitor.client.on('open', resolve)),
    async (visitor) => once(visitor, 'welcome'),
];

/** Clients that come and leave all the time, `lanes` of them at once, until they are told to stop. */
export class Visitors {
    /** How often each kind of visit was made. */
    counts = VISITS.map(() => 0);
    /** What nobody may see. */
    slips = [];
    #lanes;
    #present = new Set();
    #areWelcome = true;

    constructor(cluster, arenas, lanes) {
        const gates = cluster.namesOf('gate');
        this.#lanes = Array.from({ length: lanes }, async (_, lane) => {
            for (let number = lane; this.#areWelcome; number++)
                await this.#visit(new Walker(cluster, gates[number % gates.length]), number % VISITS.length, arenas);
        });
    }

    async #visit(visitor, kind, arenas) {
        this.#present.add(visitor);
        await VISITS[kind](visitor, arenas);
        this.counts[kind]++;
        const { closes, players, missing, wrong, slips } = visitor;
        if (closes || players > 1 || missing || wrong || slips.length)
            this.slips.push({ kind, closes, players, missing, wrong, slips });
        this.#present.delete(visitor);
        visitor.close();
    }

    /** Returns when the last one has left. */
    async stop() {
        this.#areWelcome = false;
        await Promise.all(this.#lanes);
    }

    /** All leave, whatever they wait for. */
    close() {
        this.#areWelcome = false;
        for (const visitor of this.#present) visitor.close();
    }
}

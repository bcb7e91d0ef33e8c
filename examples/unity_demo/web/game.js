// The game of one player: walks and shoots, tells the server, and keeps what is shown in step.
import { Bodies } from './bodies.js';
import { Effects } from './effects.js';
import { Input } from './input.js';
import { distance, forward, turn, yawTo } from './place.js';
import { Scene } from './scene.js';

const SPEED = 9;
const ARENA = 100;
const SYNC_S = 0.066;
const RELOAD_S = 0.25;
const RANGE = 45;
// How far a shot is seen that hits nobody.
const TRACE = 14;
// To both sides of where one looks.
const AIM_DEGREES = 50;
const PICK_PIXELS = 26;
const ARRIVED = 0.2;

export class Game {
    #bodies;
    #effects = new Effects();
    #scene;
    #input;
    #hud;
    #player = null;
    #goal = null;
    #syncedAt = 0;
    #shotAt = 0;
    #isMoving = false;
    #frameAt = 0;

    /** `hud` is told sight(players, monsters), health(hp, max) and died(). */
    constructor(client, canvas, shootButton, hud) {
        this.#hud = hud;
        this.#scene = new Scene(canvas);
        this.#bodies = new Bodies(client, (body) => this.#onBody(body));
        this.#input = new Input(canvas, shootButton, {
            press: (pixel) => this.#onPress(pixel),
            drag: (pixel) => this.#walkTo(this.#scene.placeAt(pixel)),
            shoot: () => this.#shoot(this.#aim()),
        });
        requestAnimationFrame((at) => this.#frame(at / 1000));
    }

    /** This one moves by the keys from now on; null: nobody does. */
    play(player) {
        this.#player = player;
        this.#goal = null;
        this.#isMoving = false;
        this.#input.reset();
        if (player) this.#onHealth(player);
    }

    get #isAlive() {
        return (this.#player?.attrs.hp ?? 0) > 0;
    }

    // ---- what the server tells ----

    #onBody(body) {
        const { entity, gone } = body;
        const monsters = this.#bodies.of('Monster').length;
        this.#hud.sight(this.#bodies.of('Player').length, monsters);
        if (gone) {
            if (entity.attrs.hp === 0) this.#effects.add('death', { at: body }, this.#frameAt);
            return;
        }
        entity.watch('hp', (hp, { before }) => this.#onHurt(body, before - hp));
        entity.on('Shoot', () => this.#onShot(body));
        entity.on('DisplayAttack', (id) => this.#onBlow(body, this.#bodies.get(id)));
    }

    #onHurt(body, damage) {
        if (body.entity === this.#player) this.#onHealth(body.entity);
        if (!(damage > 0)) return;
        body.hurtAt = this.#frameAt;
        this.#effects.add('damage', { at: { x: body.x, z: body.z }, damage }, this.#frameAt);
    }

    #onHealth({ attrs }) {
        this.#hud.health(attrs.hp, attrs.hpmax);
        if (!this.#isAlive) this.#hud.died();
    }

    /** Nobody says at what somebody else has shot: at what stands where they look. */
    #onShot(body) {
        const target = this.#nearest(body, body.entity.yaw) ?? null;
        const ahead = forward(body.entity.yaw);
        const to = target ?? { x: body.x + ahead.x * TRACE, z: body.z + ahead.z * TRACE };
        this.#effects.add('shot', { at: { x: body.x, z: body.z }, to: { x: to.x, z: to.z } }, this.#frameAt);
    }

    #onBlow(monster, victim) {
        if (victim) this.#effects.add('blow', { at: monster, to: victim }, this.#frameAt);
    }

    // ---- what the person wants ----

    #onPress(pixel) {
        const monster = this.#scene.pick(pixel, this.#bodies.of('Monster'), PICK_PIXELS);
        if (monster) this.#shoot(monster);
        else this.#walkTo(this.#scene.placeAt(pixel));
    }

    #walkTo(place) {
        this.#goal = place;
    }

    #aim() {
        return this.#player ? this.#nearest(this.#player.position, this.#player.yaw) : null;
    }

    /** The nearest monster that is in reach and in that direction. */
    #nearest(from, yaw) {
        const near = this.#bodies.of('Monster').filter((monster) => {
            const far = distance(from, monster);
            return far <= RANGE && (far < 1 || turn(yaw, yawTo(from, monster)) <= AIM_DEGREES);
        });
        return near.sort((a, b) => distance(from, a) - distance(from, b))[0];
    }

    #shoot(monster) {
        if (!this.#isAlive || this.#frameAt - this.#shotAt < RELOAD_S) return;
        this.#shotAt = this.#frameAt;
        if (!monster) {
            this.#player.call('ShootMiss');
            return;
        }
        this.#place(this.#player.position, yawTo(this.#player.position, monster));
        this.#player.call('ShootHit', monster.entity.id);
    }

    // ---- walking ----

    #walk(seconds) {
        const here = this.#player.position;
        const direction = this.#input.direction ?? this.#wayTo(here);
        if (this.#input.direction) this.#goal = null;
        this.#setMoving(direction !== null);
        if (!direction) return;
        const there = {
            x: bounded(here.x + direction.x * SPEED * seconds),
            y: here.y,
            z: bounded(here.z + direction.z * SPEED * seconds),
        };
        this.#step(there, yawTo({ x: 0, z: 0 }, direction));
    }

    #wayTo(here) {
        const far = this.#goal ? distance(here, this.#goal) : 0;
        if (far < ARRIVED) this.#goal = null;
        return this.#goal && { x: (this.#goal.x - here.x) / far, z: (this.#goal.z - here.z) / far };
    }

    /** Shown at once, and told so often. */
    #step(position, yaw) {
        if (this.#frameAt - this.#syncedAt >= SYNC_S) this.#place(position, yaw);
        else this.#player.place(position, yaw);
    }

    #place(position, yaw) {
        this.#syncedAt = this.#frameAt;
        this.#player.moveTo(position, yaw);
    }

    /** Where one has stopped is told, too. */
    #setMoving(isMoving) {
        if (isMoving === this.#isMoving) return;
        this.#isMoving = isMoving;
        this.#player.call('SetAction', isMoving ? 'move' : 'idle');
        if (!isMoving) this.#place(this.#player.position, this.#player.yaw);
    }

    #frame(now) {
        const seconds = Math.min(now - this.#frameAt, 0.1);
        this.#frameAt = now;
        if (this.#isAlive) this.#walk(seconds);
        this.#bodies.advance(seconds, this.#player);
        const own = this.#player && this.#bodies.get(this.#player.id);
        this.#scene.draw({
            now, own, goal: this.#goal, target: this.#isAlive ? this.#aim() : null,
            bodies: this.#bodies.all(), effects: this.#effects.current(now), arena: ARENA,
        });
        requestAnimationFrame((at) => this.#frame(at / 1000));
    }
}

const bounded = (coordinate) => Math.max(-ARENA, Math.min(ARENA, coordinate));

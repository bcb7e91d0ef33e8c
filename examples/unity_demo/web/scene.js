// Draws the arena from above, with the own player in the middle.
import { distance } from './place.js';

const UNITS_ACROSS = 44;
const GRID = 5;
const BODY = 0.9;
const HURT_S = 0.2;
const MARGIN_PIXELS = 26;
const COLOURS = {
    grid: '#141b27', axis: '#1d2736', border: '#34445e',
    own: '#5eead4', player: '#7dd3fc', monster: '#fb7185', dead: '#56627a', hurt: '#ffffff',
    name: '#c6d2e4', bar: '#05070b', good: '#4ade80', low: '#fbbf24', aim: '#fda4af',
};

export class Scene {
    #canvas;
    #context;
    #size = { width: 0, height: 0 };
    #scale = 1;
    #middle = { x: 0, z: 0 };

    constructor(canvas) {
        this.#canvas = canvas;
        this.#context = canvas.getContext('2d');
        new ResizeObserver(() => this.#resize()).observe(canvas);
        this.#resize();
    }

    /** Which place lies under a pixel. */
    placeAt({ x, y }) {
        const { width, height } = this.#size;
        return {
            x: this.#middle.x + (x - width / 2) / this.#scale,
            z: this.#middle.z - (y - height / 2) / this.#scale,
        };
    }

    /** The body next to a pixel, not further away than that; undefined: there is none. */
    pick(pixel, bodies, pixelsMax) {
        const place = this.placeAt(pixel);
        const near = bodies.filter((body) => distance(place, body) * this.#scale <= pixelsMax);
        return near.sort((a, b) => distance(place, a) - distance(place, b))[0];
    }

    draw({ now, own, goal, target, bodies, effects, arena }) {
        if (own) this.#middle = { x: own.x, z: own.z };
        const context = this.#context;
        context.clearRect(0, 0, this.#size.width, this.#size.height);
        this.#drawGround(arena);
        if (goal) this.#drawRing(goal, 0.5, COLOURS.own, 0.5);
        if (target) this.#drawRing(target, 1.5, COLOURS.aim, 0.9);
        for (const effect of effects) this.#drawEffect(effect);
        for (const body of bodies) if (body !== own) this.#drawBody(body, now, false);
        if (own) this.#drawBody(own, now, true);
        for (const body of bodies) this.#drawLabel(body);
        for (const body of bodies) if (body !== own) this.#pointAt(body);
    }

    #resize() {
        const ratio = devicePixelRatio || 1;
        const { clientWidth: width, clientHeight: height } = this.#canvas;
        this.#size = { width, height };
        this.#scale = Math.max(9, Math.min(width, height) / UNITS_ACROSS);
        this.#canvas.width = Math.round(width * ratio);
        this.#canvas.height = Math.round(height * ratio);
        this.#context.setTransform(ratio, 0, 0, ratio, 0, 0);
    }

    #pixelOf({ x, z }) {
        const { width, height } = this.#size;
        return [width / 2 + (x - this.#middle.x) * this.#scale, height / 2 - (z - this.#middle.z) * this.#scale];
    }

    // ---- the ground ----

    #drawGround(arena) {
        const { width, height } = this.#size;
        const [from, to] = [this.placeAt({ x: 0, y: height }), this.placeAt({ x: width, y: 0 })];
        for (let x = Math.ceil(from.x / GRID) * GRID; x <= to.x; x += GRID)
            this.#drawLine({ x, z: from.z }, { x, z: to.z }, x === 0 ? COLOURS.axis : COLOURS.grid, 1);
        for (let z = Math.ceil(from.z / GRID) * GRID; z <= to.z; z += GRID)
            this.#drawLine({ x: from.x, z }, { x: to.x, z }, z === 0 ? COLOURS.axis : COLOURS.grid, 1);
        this.#drawRing({ x: 0, z: 0 }, 10, COLOURS.axis, 1);
        this.#drawRing({ x: 0, z: 0 }, 3, COLOURS.axis, 1);
        const [left, top] = this.#pixelOf({ x: -arena, z: arena });
        this.#context.strokeStyle = COLOURS.border;
        this.#context.strokeRect(left, top, 2 * arena * this.#scale, 2 * arena * this.#scale);
    }

    #drawLine(from, to, colour, width) {
        const context = this.#context;
        context.strokeStyle = colour;
        context.lineWidth = width;
        context.beginPath();
        context.moveTo(...this.#pixelOf(from));
        context.lineTo(...this.#pixelOf(to));
        context.stroke();
    }

    #drawRing(place, radius, colour, alpha) {
        const context = this.#context;
        context.globalAlpha = alpha;
        context.strokeStyle = colour;
        context.lineWidth = 2;
        context.beginPath();
        context.arc(...this.#pixelOf(place), radius * this.#scale, 0, 2 * Math.PI);
        context.stroke();
        context.globalAlpha = 1;
    }

    // ---- bodies ----

    #drawBody(body, now, isOwn) {
        const context = this.#context;
        const isMonster = body.entity.is('Monster');
        const { hp } = body.entity.attrs;
        context.save();
        context.translate(...this.#pixelOf(body));
        context.rotate((body.yaw * Math.PI) / 180);
        context.fillStyle = now - body.hurtAt < HURT_S ? COLOURS.hurt : colourOf(hp, isMonster, isOwn);
        if (isMonster) spike(context, BODY * this.#scale);
        else arrow(context, BODY * this.#scale);
        context.restore();
    }

    #drawLabel({ x, z, entity }) {
        const context = this.#context;
        const { hp, hpmax, name } = entity.attrs;
        const [left, top] = this.#pixelOf({ x, z });
        const [width, height, above] = [34, 4, BODY * this.#scale + 12];
        const health = Math.max(0, hp / hpmax || 0);
        context.fillStyle = COLOURS.bar;
        context.fillRect(left - width / 2 - 1, top - above - 1, width + 2, height + 2);
        context.fillStyle = health > 0.3 ? COLOURS.good : COLOURS.low;
        context.fillRect(left - width / 2, top - above, width * health, height);
        if (entity.is('Player')) this.#drawText(name, left, top - above - 6, COLOURS.name, '600 12px');
    }

    #drawText(text, x, y, colour, font) {
        const context = this.#context;
        context.font = `${font} system-ui, sans-serif`;
        context.textAlign = 'center';
        context.lineJoin = 'round';
        context.lineWidth = 3;
        context.strokeStyle = COLOURS.bar;
        context.strokeText(text, x, y);
        context.fillStyle = colour;
        context.fillText(text, x, y);
    }

    /** Somebody beyond the edge: an arrow there. */
    #pointAt(body) {
        const { width, height } = this.#size;
        const [x, y] = this.#pixelOf(body);
        const [dx, dy] = [x - width / 2, y - height / 2];
        const outside = Math.max(Math.abs(dx) / (width / 2), Math.abs(dy) / (height / 2));
        if (outside <= 1) return;
        const share = Math.min((width / 2 - MARGIN_PIXELS) / Math.abs(dx), (height / 2 - MARGIN_PIXELS) / Math.abs(dy));
        const context = this.#context;
        context.save();
        context.translate(width / 2 + dx * share, height / 2 + dy * share);
        context.rotate(Math.atan2(dx, -dy));
        context.fillStyle = colourOf(body.entity.attrs.hp, body.entity.is('Monster'), false);
        context.globalAlpha = 0.75;
        arrow(context, 8);
        context.restore();
    }

    // ---- effects ----

    #drawEffect(effect) {
        const context = this.#context;
        context.globalAlpha = 1 - effect.age;
        DRAW[effect.kind].call(this, effect);
        context.globalAlpha = 1;
    }

    drawShot({ at, to }) {
        this.#drawLine(at, to, COLOURS.own, 3);
    }

    drawBlow({ at, to }) {
        this.#drawLine(at, to, COLOURS.monster, 4);
    }

    drawDeath({ at, age }) {
        this.#drawRing(at, BODY + 2.5 * age, COLOURS.monster, 1 - age);
    }

    drawDamage({ at, damage, age }) {
        const [x, y] = this.#pixelOf(at);
        this.#drawText(`−${damage}`, x + 20, y - 10 - 26 * age, COLOURS.aim, '700 15px');
    }
}

const DRAW = {
    shot: Scene.prototype.drawShot,
    blow: Scene.prototype.drawBlow,
    death: Scene.prototype.drawDeath,
    damage: Scene.prototype.drawDamage,
};

function colourOf(hp, isMonster, isOwn) {
    if (hp <= 0) return COLOURS.dead;
    if (isMonster) return COLOURS.monster;
    return isOwn ? COLOURS.own : COLOURS.player;
}

/** Points upwards. */
function arrow(context, size) {
    context.beginPath();
    context.moveTo(0, -size * 1.25);
    context.lineTo(size * 0.9, size * 0.9);
    context.lineTo(0, size * 0.45);
    context.lineTo(-size * 0.9, size * 0.9);
    context.closePath();
    context.fill();
}

function spike(context, size) {
    context.beginPath();
    for (let i = 0; i < 16; i++) {
        const radius = size * (i % 2 ? 0.72 : 1.15);
        context.lineTo(radius * Math.sin((i * Math.PI) / 8), -radius * Math.cos((i * Math.PI) / 8));
    }
    context.closePath();
    context.fill();
    context.fillStyle = COLOURS.bar;
    for (const side of [-1, 1]) {
        context.beginPath();
        context.arc(side * size * 0.34, -size * 0.3, size * 0.16, 0, 2 * Math.PI);
        context.fill();
    }
}

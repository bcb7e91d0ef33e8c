// What stands in the arena, where it is shown: others move smoothly from one place that the server tells to the next.
import { yawBetween } from './place.js';

const EASE_PER_S = 14;
// Further than anything walks between two messages: it was put there.
const JUMP = 8;

export class Bodies {
    #bodies = new Map();

    /** `changed(body)` is called when one comes or goes: body.gone says which. */
    constructor(client, changed) {
        client.on('create', (entity) => {
            if (!entity.is('Player') && !entity.is('Monster')) return;
            const { x, z } = entity.position;
            const body = { entity, x, z, yaw: entity.yaw, hurtAt: -Infinity, gone: false };
            this.#bodies.set(entity.id, body);
            changed(body);
        });
        client.on('destroy', (entity) => {
            const body = this.#bodies.get(entity.id);
            if (!body) return;
            this.#bodies.delete(entity.id);
            body.gone = true;
            changed(body);
        });
    }

    get(id) {
        return this.#bodies.get(id);
    }

    all() {
        return [...this.#bodies.values()];
    }

    of(type) {
        return this.all().filter(({ entity }) => entity.is(type));
    }

    /** Moves what is shown; `own` is where its player has put it. */
    advance(seconds, own) {
        const share = 1 - Math.exp(-EASE_PER_S * seconds);
        for (const body of this.#bodies.values()) follow(body, body.entity === own ? 1 : share);
    }
}

function follow(body, share) {
    const { position, yaw } = body.entity;
    const [dx, dz] = [position.x - body.x, position.z - body.z];
    const part = Math.hypot(dx, dz) > JUMP ? 1 : share;
    body.x += dx * part;
    body.z += dz * part;
    body.yaw = yawBetween(body.yaw, yaw, share);
}

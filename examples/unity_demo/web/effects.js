// What is to be seen for a moment: shots, blows, damage, deaths.

const LIFE_S = { shot: 0.16, blow: 0.25, damage: 0.9, death: 0.6 };

export class Effects {
    #effects = [];

    /** `kind` is one of LIFE_S; the rest is for whoever draws it. */
    add(kind, rest, now) {
        this.#effects.push({ kind, from: now, ...rest });
    }

    /** Those that still last, with their age from 0 to 1. */
    current(now) {
        this.#effects = this.#effects.filter(({ kind, from }) => now - from < LIFE_S[kind]);
        return this.#effects.map((effect) => ({ ...effect, age: (now - effect.from) / LIFE_S[effect.kind] }));
    }
}

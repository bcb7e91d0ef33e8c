// Plays a recorded client of the Unity demo on a server of ours, and checks that it is told what it was told then.
import assert from 'node:assert/strict';

import { Names } from './recording.js';
import { tell } from './told.js';

/** One connection of a recorded client. Where monsters are is chance, and so is when they do what: that they do it is not.
 * All else has its order. */
export class Replay {
    /** What of the recording has to come now. */
    waitsFor = null;
    #client;
    #vocabulary;
    #onTold;
    #names = new Names();
    #sights = new Map();

    /** `client` is a raw one. What it is told has the form of something in `recording`, which is all packets.
     * `onTold(recorded)` is called before that is waited for: somebody else may have to do it. */
    constructor(client, recording, onTold) {
        this.#client = client;
        this.#vocabulary = readVocabulary(recording);
        this.#onTold = onTold;
    }

    /** Says what the client said, when it has been told what it had been told then. */
    async play(packets) {
        for (const { isFromClient, payload } of packets)
            if (isFromClient) this.#client.send(this.#names.translatePacket(payload));
            else for (const recorded of tell(payload)) await this.#expect(recorded);
        this.waitsFor = null;
        this.#assertToldNoMore();
    }

    /** The entity of a type that the client was shown last, by its id here. */
    newest(type) {
        return [...this.#sights].filter(([, sight]) => sight.type === type && sight.isRecorded).at(-1)[0];
    }

    #expect(recorded) {
        this.waitsFor = recorded;
        this.#onTold(recorded);
        return recorded.type ? this.#expectEntity(recorded) : this.#expectWords(recorded);
    }

    async #expectEntity({ id, type, words }) {
        const isNew = ([, sight]) => sight.type === type && !sight.isRecorded;
        const [ours, sight] = await this.#until(() => [...this.#sights].find(isNew));
        this.#names.learn(id, ours);
        sight.isRecorded = true;
        assert.equal(sight.next('life'), words);
        sight.take('life');
    }

    async #expectWords({ id, about, words: recorded }) {
        const sight = this.#sights.get(this.#names.translate(id));
        const words = this.#names.translate(recorded);
        if (sight.type === 'Monster' && about === 'place') return;
        if (sight.type === 'Monster' || about === 'place') {
            await this.#until(() => sight.all(about).includes(words));
            return;
        }
        assert.equal(await this.#until(() => sight.next(about)), words, sight.type + about);
        sight.take(about);
    }

    async #until(ask) {
        for (;;) {
            const answer = ask();
            if (answer) return answer;
            for (const told of tell(await this.#client.next())) this.#hear(told);
        }
    }

    #hear({ id, about, type, words }) {
        if (type) this.#sights.set(id, new Sight(type));
        const sight = this.#sights.get(id);
        assert.ok(sight && !sight.isGone, `told of ${id}, which is not there: ${about}`);
        const form = formOf(sight.type, about, words);
        assert.ok(this.#vocabulary.has(form), `never recorded: ${form}`);
        sight.add(about, words);
    }

    /** But for monsters, and for whom they hit. */
    #assertToldNoMore() {
        const isChance = (sight, about) => sight.type === 'Monster' || about === 'place' || about === '.hp';
        for (const sight of this.#sights.values())
            assert.deepEqual(sight.rest.filter((about) => !isChance(sight, about)), [], sight.type);
    }
}

/** What is told of a type of entity, but for the words themselves. */
const formOf = (type, about, words) => `${type} ${about}, ${words.length} bytes`;

/** All forms of what is told. */
function readVocabulary(recording) {
    const types = new Map();
    const vocabulary = new Set();
    for (const { payload } of recording.filter(({ isFromClient }) => !isFromClient))
        for (const { id, about, type, words } of tell(payload)) {
            if (type) types.set(id, type);
            vocabulary.add(formOf(types.get(id), about, words));
        }
    return vocabulary;
}

/** An entity, as the client is told of it. */
class Sight {
    isRecorded = false;
    #told = new Map(); // about what: all words
    #taken = new Map(); // about what: how many of them the recording has had, too

    constructor(type) {
        this.type = type;
    }

    get isGone() {
        return this.all('life').length === 2;
    }

    add(about, words) {
        this.#told.set(about, [...this.all(about), words]);
    }

    all(about) {
        return this.#told.get(about) ?? [];
    }

    /** The first words that the recording has not had, if they have come. */
    next(about) {
        return this.all(about)[this.#taken.get(about) ?? 0];
    }

    take(about) {
        this.#taken.set(about, (this.#taken.get(about) ?? 0) + 1);
    }

    /** About what the recording has not had all. */
    get rest() {
        return [...this.#told.keys()].filter((about) => this.next(about) !== undefined);
    }
}

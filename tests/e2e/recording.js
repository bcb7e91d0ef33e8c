// The recorded sessions of published clients (tests/golden/README.md), and their names, which are others in each run.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

const FOLDER = new URL('../golden/', import.meta.url);

/** The packets of a recording, in the order in which they came. */
export function readRecording(name) {
    const lines = readFileSync(new URL(`${name}.dump`, FOLDER), 'utf8').trim().split('\n');
    return lines.map((line) => ({
        isFromClient: line.includes(' C>S '),
        payload: Buffer.from(line.split(' ').at(-1), 'hex'),
    }));
}

/** What was recorded as one text, and is another of the same length in this run: ids above all. */
export class Names {
    #ours = new Map();

    learn(recorded, ours) {
        assert.equal(ours.length, recorded.length);
        this.#ours.set(recorded, ours);
    }

    /** A text of the recording, as it is in this run; a character stands for a byte. */
    translate(text) {
        for (const [recorded, ours] of this.#ours) text = text.replaceAll(recorded, ours);
        return text;
    }

    /** The same for a packet. */
    translatePacket(payload) {
        return Buffer.from(this.translate(payload.toString('latin1')), 'latin1');
    }
}

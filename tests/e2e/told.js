// What the packets of a server tell a client of 2018 or 2020, in words that a test compares byte for byte.
import assert from 'node:assert/strict';

import { readValue } from '../../clients/js/msgpack.js';
import { ID_LENGTH, Reader } from '../../clients/js/wire.js';

const ADDRESSEE_BYTES = 2 + ID_LENGTH;
const PLACE_BYTES = 16;
const EMPTY_MAP = 0x80;
const ROOT = '\xc0'; // the path of a root attribute itself

const text = (bytes) => Buffer.from(bytes).toString('latin1');

/** Reads a whole packet: in order, about what of which entity (`life`, `place`, `.hp`, `Shoot()`) it tells what. */
export function tell(payload) {
    const from = new Reader(payload);
    const read = READERS[from.u16()];
    assert.ok(read, `a packet that was not recorded: ${payload.toString('hex')}`);
    return [...read(from)];
}

const READERS = {
    *1002(from) {
        from.bytes(ADDRESSEE_BYTES);
        const isPlayer = from.bool();
        const id = from.id();
        const type = from.varStr();
        yield { id, about: 'life', type, words: isPlayer ? `own ${type}` : type };
        yield { id, about: 'place', words: text(from.bytes(PLACE_BYTES)) };
        for (const [key, words] of readAttrs(from.varBytes())) yield { id, about: `.${key}`, words };
    },
    *1003(from) {
        from.bytes(ADDRESSEE_BYTES);
        const type = from.varStr();
        yield { id: from.id(), about: 'life', words: `end of ${type}` };
    },
    *1004(from) {
        from.bytes(ADDRESSEE_BYTES);
        const id = from.id();
        assert.equal(text(from.varBytes()), ROOT);
        yield { id, about: `.${from.varStr()}`, words: text(from.varBytes()) };
    },
    *1009(from) {
        from.bytes(ADDRESSEE_BYTES);
        const id = from.id();
        yield { id, about: `${from.varStr()}()`, words: text(from.bytes(from.remaining)) };
    },
    *1502(from) {
        while (from.remaining > 0) yield { id: from.id(), about: 'place', words: text(from.bytes(PLACE_BYTES)) };
    },
};

/** The attributes of a small map, each as the bytes of its value. */
function* readAttrs(bytes) {
    const from = new Reader(bytes);
    for (let count = from.u8() - EMPTY_MAP; count > 0; count--) {
        const key = readValue(from);
        const left = from.remaining;
        readValue(from);
        yield [key, text(bytes.subarray(bytes.length - left, bytes.length - from.remaining))];
    }
}

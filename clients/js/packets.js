// Cuts a byte stream into packets and puts packets together (docs/internals/protocol.md 1).
import { ProtocolError, Writer } from './wire.js';

const HEADER_BYTES = 4;
const TYPE_BYTES = 2;

/** Takes chunks as the network delivers them; calls onPacket(payload) for every whole packet. */
export class PacketSplitter {
    #bytes = new Uint8Array(4096);
    #length = 0;
    #payloadMax;
    #onPacket;
    #stopped = false;

    /** The payload is a view of the splitter's buffer, good only during onPacket. */
    constructor(payloadMax, onPacket) {
        this.#payloadMax = payloadMax;
        this.#onPacket = onPacket;
    }

    /** Throws ProtocolError for a length out of bounds, and whatever onPacket throws. */
    push(chunk) {
        if (this.#stopped) return;
        this.#append(chunk);
        let at = 0;
        for (let end; !this.#stopped && (end = this.#packetEnd(at)) !== 0; at = end)
            this.#onPacket(this.#bytes.subarray(at + HEADER_BYTES, end));
        this.#bytes.copyWithin(0, at, this.#length);
        this.#length -= at;
    }

    /** No packet is handed out any more, not even those of the current chunk. */
    stop() {
        this.#stopped = true;
    }

    #append(chunk) {
        const length = this.#length + chunk.length;
        if (length > this.#bytes.length) this.#reallocate(length);
        this.#bytes.set(chunk, this.#length);
        this.#length = length;
    }

    #reallocate(length) {
        const larger = new Uint8Array(Math.max(length, this.#bytes.length * 2));
        larger.set(this.#bytes.subarray(0, this.#length));
        this.#bytes = larger;
    }

    /** Where the packet that starts at `at` ends, or 0 while it is not all there. */
    #packetEnd(at) {
        if (this.#length - at < HEADER_BYTES) return 0;
        const payload = new DataView(this.#bytes.buffer).getUint32(at, true);
        if (payload < TYPE_BYTES || payload > this.#payloadMax)
            throw new ProtocolError(`packet of ${payload} bytes, limit ${this.#payloadMax}`);
        const end = at + HEADER_BYTES + payload;
        return end <= this.#length ? end : 0;
    }
}

/** One packet: its type, then what writeBody(writer) adds. */
export function packet(type, writeBody) {
    const out = new Writer();
    out.u32(0);
    out.u16(type);
    if (writeBody) writeBody(out);
    out.patchU32(0, out.length - HEADER_BYTES);
    return out.done();
}

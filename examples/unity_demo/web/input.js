// What the person wants: a direction from the keys, or a place or monster from the pointer.

const KEYS = {
    KeyW: [0, 1], ArrowUp: [0, 1],
    KeyS: [0, -1], ArrowDown: [0, -1],
    KeyA: [-1, 0], ArrowLeft: [-1, 0],
    KeyD: [1, 0], ArrowRight: [1, 0],
};

export class Input {
    #keys = new Set();
    #pointer = null;
    #handlers;

    /** Calls press({x, y}), drag({x, y}) in pixels of the canvas, and shoot(). */
    constructor(canvas, button, handlers) {
        this.#handlers = handlers;
        addEventListener('keydown', (event) => this.#onKey(event));
        addEventListener('keyup', ({ code }) => this.#keys.delete(code));
        addEventListener('blur', () => this.reset());
        canvas.addEventListener('pointerdown', (event) => this.#onDown(canvas, event));
        canvas.addEventListener('pointermove', (event) => this.#onMove(event));
        for (const end of ['pointerup', 'pointercancel'])
            canvas.addEventListener(end, () => (this.#pointer = null));
        button.addEventListener('pointerdown', () => handlers.shoot());
    }

    /** {x, z} of length 1, or null when no key is held. */
    get direction() {
        const [x, z] = [...this.#keys].reduce(([x, z], code) => [x + KEYS[code][0], z + KEYS[code][1]], [0, 0]);
        const length = Math.hypot(x, z);
        return length > 0 ? { x: x / length, z: z / length } : null;
    }

    reset() {
        this.#keys.clear();
        this.#pointer = null;
    }

    #onKey(event) {
        if (event.target.closest?.('input, button') || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.code in KEYS) this.#keys.add(event.code);
        else if (event.code === 'Space') this.#handlers.shoot();
        else return;
        event.preventDefault();
    }

    #onDown(canvas, event) {
        canvas.focus({ preventScroll: true });
        canvas.setPointerCapture(event.pointerId);
        this.#pointer = event.pointerId;
        this.#handlers.press(pixel(event));
    }

    #onMove(event) {
        if (this.#pointer === event.pointerId) this.#handlers.drag(pixel(event));
    }
}

const pixel = ({ offsetX, offsetY }) => ({ x: offsetX, y: offsetY });

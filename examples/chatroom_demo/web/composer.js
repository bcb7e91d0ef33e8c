// The line one writes in: grows with its text, sends on Enter, keeps the text when sending fails.
import { byId } from './dom.js';

const BORDERS_PX = 2;

export class Composer {
    #form = byId('composer');
    #input = byId('message');

    /** `send(text)` returns whether the text is on its way. */
    constructor(send) {
        this.#form.addEventListener('submit', (event) => {
            event.preventDefault();
            this.#submit(send);
        });
        this.#input.addEventListener('input', () => this.#fit());
        this.#input.addEventListener('keydown', (event) => this.#onKey(event));
    }

    focus() {
        this.#input.focus({ preventScroll: true });
    }

    set room(room) {
        this.#input.placeholder = `Message #${room}`;
    }

    /** Without a connection one may go on writing, but not send. */
    set enabled(enabled) {
        this.#form.querySelector('.send').disabled = !enabled;
    }

    clear() {
        this.#input.value = '';
        this.#fit();
    }

    #submit(send) {
        const text = this.#input.value.trim();
        if (text !== '' && send(text)) this.clear();
        this.focus();
    }

    /** Enter that ends a word in an input method must not send. */
    #onKey(event) {
        if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
        event.preventDefault();
        this.#form.requestSubmit();
    }

    #fit() {
        const { style } = this.#input;
        style.height = 'auto';
        style.height = `${this.#input.scrollHeight + BORDERS_PX}px`;
    }
}

// The list of rooms: those on offer, those that were visited, the one that this person is in.
import { byId, h } from './dom.js';

const OFFERED = ['1', 'games', 'music', 'tea'];

export class Rooms {
    #list = byId('rooms');
    #items = new Map(); // room -> {button, preview}
    #current = null;
    #onPick;

    constructor(onPick) {
        this.#onPick = onPick;
        for (const room of OFFERED) this.#add(room);
    }

    /** Marks the room that the server has confirmed. */
    enter(room) {
        this.#current = room;
        this.#add(room);
        for (const [name, { button }] of this.#items) {
            button.removeAttribute('aria-busy');
            if (name === room) button.setAttribute('aria-current', 'true');
            else button.removeAttribute('aria-current');
        }
        this.#items.get(room).button.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    }

    /** Marks the room that was asked for, until enter() or settle(); a new one is listed on entering. */
    ask(room) {
        this.#items.get(room)?.button.setAttribute('aria-busy', 'true');
    }

    /** Nothing is being waited for: the server has refused. */
    settle() {
        for (const { button } of this.#items.values()) button.removeAttribute('aria-busy');
    }

    preview(room, text) {
        this.#add(room);
        this.#items.get(room).preview.textContent = text;
    }

    /** The room that lies `step` away from the current one in the list, around its ends. */
    neighbour(step) {
        const names = [...this.#items.keys()];
        return names[(names.indexOf(this.#current) + step + names.length) % names.length];
    }

    /** Forgets the rooms that another person visited. */
    reset() {
        this.#items.clear();
        this.#list.replaceChildren();
        for (const room of OFFERED) this.#add(room);
    }

    #add(room) {
        if (this.#items.has(room)) return;
        const preview = h('span', { class: 'preview' });
        const name = h('span', { class: 'room-name' }, room);
        const props = { type: 'button', class: 'room', 'data-testid': 'room', 'data-room': room };
        const button = h('button', props, h('span', { class: 'hash', 'aria-hidden': 'true' }, '#'),
            h('span', { class: 'room-text' }, name, preview));
        button.addEventListener('click', () => this.#onPick(room));
        this.#items.set(room, { button, preview });
        this.#list.append(h('li', {}, button));
    }
}

// The chat itself: rooms at the side, the current room's history, the line to write in.
import { Composer } from './composer.js';
import { byId } from './dom.js';
import { avatarOf } from './person.js';
import { RoomLog } from './room-log.js';
import { Rooms } from './rooms.js';

export class ChatView {
    #view = byId('chat');
    #logs = byId('logs');
    #toEnd = byId('to-end');
    #histories = new Map();
    #current = null;
    #rooms;
    #composer;

    constructor({ onSend, onJoin, onSignOut, onRetry }) {
        this.#rooms = new Rooms((room) => this.#ask(room, onJoin));
        this.#composer = new Composer(onSend);
        byId('join').addEventListener('submit', (event) => {
            event.preventDefault();
            this.#ask(roomName(event.target.elements['join-room'].value), onJoin);
            event.target.reset();
        });
        byId('sign-out').addEventListener('click', onSignOut);
        byId('retry').addEventListener('click', onRetry);
        this.#toEnd.addEventListener('click', () => this.#current.toEnd());
        document.addEventListener('keydown', (event) => this.#onKey(event, onJoin));
    }

    show(name) {
        byId('my-name').textContent = name;
        const avatar = avatarOf(name);
        avatar.id = 'my-avatar';
        byId('my-avatar').replaceWith(avatar);
        this.#view.hidden = false;
        this.#composer.focus();
    }

    hide() {
        this.#view.hidden = true;
    }

    /** Another person is at the page: nothing of the one before stays. */
    reset() {
        this.#histories.clear();
        this.#logs.replaceChildren();
        this.#current = null;
        this.#rooms.reset();
        this.#composer.clear();
    }

    /** The person is in this room from now on. */
    enter(room) {
        const isNew = this.#current?.room !== room;
        this.#current = this.#historyOf(room);
        this.#logs.replaceChildren(this.#current.element);
        this.#rooms.enter(room);
        this.#composer.room = room;
        byId('room-title').textContent = room;
        byId('room-subtitle').textContent = 'Everybody in this room sees what you write';
        if (isNew) this.#current.notice('info', `You joined ${room}`);
        this.#current.toEnd();
        this.#composer.focus();
    }

    message(room, name, text, own) {
        const history = this.#historyOf(room);
        history.message(name, text, own);
        this.#rooms.preview(room, history.preview);
        this.#showToEnd();
    }

    notice(kind, ...content) {
        if (kind === 'error') this.#rooms.settle();
        this.#current?.notice(kind, ...content);
        this.#showToEnd();
    }

    /** The connection is gone; it comes back by itself. */
    lost() {
        this.#showBanner('lost', 'Connection lost. Reconnecting…', 'Retry now');
    }

    /** The same person talks in another window; everything stays here until they come back. */
    replaced() {
        this.#showBanner('replaced', 'You signed in in another window.', 'Sign in here');
    }

    found() {
        byId('banner').hidden = true;
        this.#composer.enabled = true;
    }

    #showBanner(kind, text, action) {
        const banner = byId('banner');
        banner.dataset.kind = kind;
        banner.hidden = false;
        byId('banner-text').textContent = text;
        byId('retry').textContent = action;
        this.#composer.enabled = false;
    }

    #historyOf(room) {
        if (!this.#histories.has(room))
            this.#histories.set(room, new RoomLog(room, () => this.#showToEnd()));
        return this.#histories.get(room);
    }

    #ask(room, onJoin) {
        if (room === '' || room === this.#current?.room) return;
        this.#rooms.ask(room);
        onJoin(room);
    }

    #onKey(event, onJoin) {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (!step || !event.altKey || this.#view.hidden) return;
        event.preventDefault();
        this.#ask(this.#rooms.neighbour(step), onJoin);
    }

    #showToEnd() {
        this.#toEnd.hidden = this.#current?.atEnd ?? true;
    }
}

/** A room's name is one word for the server. */
const roomName = (text) => text.trim().replace(/^#+/, '').replace(/\s+/g, '-');

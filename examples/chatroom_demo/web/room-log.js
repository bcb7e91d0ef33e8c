// One room's history on the page: messages in groups of who said them, and notices between.
import { h } from './dom.js';
import { avatarOf, hueClass } from './person.js';

const GROUP_MS = 5 * 60_000;
const ENTRIES_MAX = 500;
const NEAR_END_PX = 80;
const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,:;!?)\]])/u;

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const fullFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const dayFormat = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });

export class RoomLog {
    #list;
    #group = null; // {name, time, stack}: where the next message of that name may go
    #day = null;
    #followed = true; // the reader is at the end, as far as they have scrolled themselves

    /** `onScroll` is told when the reader has moved. */
    constructor(room, onScroll) {
        this.room = room;
        this.preview = '';
        this.#list = h('div', { class: 'entries' }, startOf(room));
        this.element = h(
            'div',
            { class: 'log', role: 'log', 'aria-label': `Messages in ${room}`, 'data-testid': 'log', 'data-room': room, tabindex: '0' },
            this.#list,
        );
        this.element.addEventListener('scroll', () => this.#onScroll(onScroll), { passive: true });
        new ResizeObserver(() => this.#onResize()).observe(this.element);
    }

    get atEnd() {
        const { scrollHeight, scrollTop, clientHeight } = this.element;
        return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    }

    toEnd() {
        this.#followed = true;
        this.element.scrollTop = this.element.scrollHeight;
    }

    /** Shows a message; `own` messages stand on the right and are always scrolled to. */
    message(name, text, own, now = new Date()) {
        this.#follow(own, () => {
            this.#dayLine(now);
            if (!this.#continues(name, now)) this.#startGroup(name, own, now);
            this.#group.time = now;
            this.#group.stack.append(bubble(text, now));
        });
        this.preview = `${own ? 'You' : name}: ${text}`;
    }

    /** Shows a line of the system: `kind` is info or error. An info is not said twice in a row. */
    notice(kind, ...content) {
        const props = { class: `notice ${kind}`, 'data-testid': 'notice', 'data-kind': kind };
        const line = h('p', props, ...content);
        if (kind === 'info' && this.#list.lastElementChild?.isEqualNode(line)) return;
        this.#group = null;
        this.#follow(false, () => this.#list.append(line));
    }

    #onScroll(tell) {
        this.#followed = this.atEnd;
        tell();
    }

    /** A banner, a longer draft or a phone's keyboard takes its room from above, not from the newest lines. */
    #onResize() {
        if (this.#followed) this.toEnd();
    }

    #follow(always, append) {
        const follow = always || this.atEnd;
        append();
        while (this.#list.childElementCount > ENTRIES_MAX) this.#list.firstElementChild.remove();
        if (follow) this.toEnd();
    }

    #continues(name, now) {
        return this.#group?.name === name && now - this.#group.time < GROUP_MS;
    }

    #startGroup(name, own, now) {
        const author = h('span', { class: `author ${hueClass(name)}` }, own ? 'You' : name);
        const stack = h('div', { class: 'stack' }, h('div', { class: 'byline' }, author, timeOf(now)));
        const props = { class: own ? 'group own' : 'group', 'data-testid': 'group', 'data-author': name };
        this.#list.append(h('article', props, avatarOf(name), stack));
        this.#group = { name, time: now, stack };
    }

    #dayLine(now) {
        const day = now.toDateString();
        if (this.#day !== null && this.#day !== day) {
            this.#list.append(h('p', { class: 'day' }, dayFormat.format(now)));
            this.#group = null;
        }
        this.#day = day;
    }
}

/** The server keeps no history, so nothing can be shown of what was said before. */
const startOf = (room) =>
    h('div', { class: 'start' }, h('span', { 'aria-hidden': 'true' }, '#'), h('p', {}, room),
        h('p', { class: 'subtitle' }, 'You see what is said from now on. Say hello to whoever is here.'));

const timeOf = (now) =>
    h('time', { datetime: now.toISOString(), title: fullFormat.format(now) }, timeFormat.format(now));

const bubble = (text, now) =>
    h('p', { class: 'bubble', 'data-testid': 'message', title: timeFormat.format(now), dir: 'auto' }, ...linked(text));

/** Text with its web addresses as links. */
function linked(text) {
    return text.split(LINK).map((part, i) => (i % 2 === 1 ? link(part) : part));
}

const link = (url) => h('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow' }, url);

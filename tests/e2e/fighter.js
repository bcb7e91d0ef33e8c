// A player of the Unity demo that a test plays, and what it has seen.
import { Client } from '../../clients/js/goworld.js';

const PASSWORD = 'secret';

/** Registers `name`, logs in, and has come into a space. `connect` is a transport; the connection ends with the test. */
export async function join(t, connect, name) {
    const fighter = new Fighter(connect);
    t.after(() => fighter.leave());
    await fighter.until(() => fighter.player?.is('Account'));
    fighter.player.call('Register', name, PASSWORD);
    await fighter.until(() => fighter.times('ShowInfo(Registered Successfully, please click login.)'));
    fighter.player.call('Login', name, PASSWORD);
    await fighter.until(() => fighter.player?.is('Player') && fighter.space);
    return fighter;
}

class Fighter {
    /** Calls and changes of attributes in order: {id, what}, like {id, what: 'hp=90'}. */
    seen = [];
    #client;
    #wake = () => {};

    constructor(connect) {
        this.#client = new Client({ connect, reconnect: false });
        this.#client.on('unhandled', ({ id }, method, args) => this.#note(id, `${method}(${args})`));
        this.#client.on('attr', ({ id }, { key, value }) => this.#note(id, `${key}=${value}`));
        for (const event of ['create', 'destroy', 'move', 'close']) this.#client.on(event, () => this.#wake());
        this.#client.open();
    }

    #note(id, what) {
        this.seen.push({ id, what });
        this.#wake();
    }

    get player() {
        return this.#client.player;
    }

    get space() {
        return this.all('__space__')[0];
    }

    /** Where the kind of its space stands; none on the way. */
    get spaceKind() {
        return this.space?.attrs._K;
    }

    /** The entities of a type that it sees now. */
    all(type) {
        return [...this.#client.entities.values()].filter((entity) => entity.is(type));
    }

    /** What it sees of an entity now. */
    sight(id) {
        return this.#client.entities.get(id);
    }

    /** How often that has been seen, of whom it matters. */
    times(what, id) {
        return this.seen.filter((sight) => sight.what === what && (!id || sight.id === id)).length;
    }

    /** Asks after everything that the server tells until the answer is not empty, and returns it. */
    async until(ask) {
        for (;;) {
            const answer = ask();
            if (answer) return answer;
            if (this.#client.state === 'closed') throw new Error(`the connection ended while it waited: ${ask}`);
            await new Promise((resolve) => (this.#wake = resolve));
        }
    }

    leave() {
        this.#client.close();
    }
}

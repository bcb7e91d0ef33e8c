// A person's session: connected, logged in, and all of it again after a lost connection.
import { Client, websocket } from '/goworld/goworld.js';

const ANSWER_TIMEOUT_MS = 15_000;
const NO_ACCOUNT = 'Account does not exist.';

/** Tells `view` what happens: connection(state), ready(), busy(), error(text), playing(player), away(), replaced(). */
export class Session {
    #view;
    #account = null;
    // Kept in memory only, for logging in again after a reconnect.
    #credentials = null;
    #answerTimer = 0;

    constructor(view, url) {
        this.#view = view;
        this.client = new Client({ connect: websocket(url), reconnectMaxMs: 8_000, comeBack: true });
        this.client.on('player', (player) => this.#onPlayer(player));
        this.client.on('open', () => this.#tellState());
        this.client.on('reconnecting', () => this.#tellState());
        this.client.on('close', ({ kicked }) => this.#onClose(kicked));
    }

    connect() {
        this.client.open();
        this.#tellState();
    }

    /** Makes the next attempt now. */
    hurry() {
        if (this.client.state === 'waiting') this.connect();
    }

    play(name, password) {
        this.#credentials = { name, password };
        this.#logIn();
    }

    /** A new life: the server gives one to who comes anew. */
    again() {
        this.client.close();
        this.connect();
    }

    leave() {
        this.#forget();
        this.again();
    }

    #onPlayer(player) {
        if (player.is('Account')) this.#onAccount(player);
        else this.#onPlaying(player);
    }

    #onAccount(account) {
        this.#account = account;
        account.on('ShowInfo', () => this.#logIn());
        account.on('ShowError', (text) => (text === NO_ACCOUNT ? this.#register() : this.#refused(text)));
        this.#view.ready();
        if (this.#credentials) this.#logIn();
    }

    #onPlaying(player) {
        this.#account = null;
        clearTimeout(this.#answerTimer);
        this.#view.playing(player);
    }

    #logIn() {
        this.#ask('Login');
    }

    #register() {
        this.#ask('Register');
    }

    #ask(method) {
        const { name, password } = this.#credentials ?? {};
        if (name === undefined || !this.#account?.call(method, name, password)) return;
        this.#view.busy();
        clearTimeout(this.#answerTimer);
        this.#answerTimer = setTimeout(() => this.#refused('The server does not answer.'), ANSWER_TIMEOUT_MS);
    }

    #refused(text) {
        this.#forget();
        this.#view.ready();
        this.#view.error(text);
    }

    #forget() {
        clearTimeout(this.#answerTimer);
        this.#credentials = null;
    }

    /** This game closes a client only when the same person plays elsewhere. */
    #onClose(kicked) {
        clearTimeout(this.#answerTimer);
        this.#account = null;
        this.#tellState();
        this.#view.away();
        if (kicked) this.#view.replaced();
    }

    #tellState() {
        this.#view.connection(this.client.state);
    }
}

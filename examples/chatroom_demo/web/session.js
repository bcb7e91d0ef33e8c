// A person's session: connected, signed in, in a room, and all of it again after a lost connection.
import { Client, websocket } from '/goworld/goworld.js';

const ANSWER_TIMEOUT_MS = 15_000;

/**
 * Tells `view` what happens: connection(state), ready(), busy(), info(text), error(text),
 * signedIn(name), room(name), message(name, text, room), replaced(), signedOut(). Texts are the
 * server's.
 */
export class Session {
    #view;
    #client;
    #account = null;
    #avatar = null;
    // Kept in memory only, for signing in again after a reconnect.
    #credentials = null;
    // The room that the server has confirmed last.
    #room = null;
    #answerTimer = 0;

    constructor(view, url) {
        this.#view = view;
        this.#client = new Client({ connect: websocket(url), reconnectMaxMs: 8_000, comeBack: true });
        this.#client.on('player', (player) => this.#onPlayer(player));
        this.#client.on('open', () => this.#tellState());
        this.#client.on('close', ({ kicked }) => this.#onClose(kicked));
        this.#client.on('reconnecting', () => this.#tellState());
    }

    get name() {
        return this.#avatar?.attrs.name ?? this.#credentials?.name ?? '';
    }

    connect() {
        this.#client.open();
        this.#tellState();
    }

    /** Makes the next attempt now, unless another window has taken over. */
    hurry() {
        if (this.#client.state === 'waiting') this.connect();
    }

    register(name, password) {
        if (!this.#account?.call('Register', name, password)) return;
        this.#await();
    }

    signIn(name, password) {
        this.#credentials = { name, password };
        this.#signInAgain();
    }

    signOut() {
        this.#forget();
        this.#view.signedOut();
        this.#client.close();
        this.connect();
    }

    /** False when there is no connection: the text is still the caller's. */
    say(text) {
        return this.#avatar?.call('SendChat', text) ?? false;
    }

    /** Confirmed by view.room(); the server says nothing when one is in that room already. */
    join(room) {
        if (room !== this.#avatar?.attrs.chatroom) this.say(`/join ${room}`);
    }

    #onPlayer(player) {
        if (player.is('Account')) this.#onAccount(player);
        else if (player.is('Avatar')) this.#onAvatar(player);
    }

    #onAccount(account) {
        this.#account = account;
        this.#avatar = null;
        account.on('ShowInfo', (text) => this.#answered(() => this.#view.info(text)));
        account.on('ShowError', (text) => this.#refused(text));
        this.#view.ready();
        if (this.#credentials) this.#signInAgain();
    }

    #signInAgain() {
        const { name, password } = this.#credentials;
        if (this.#account?.call('Login', name, password)) this.#await();
    }

    #onAvatar(avatar) {
        this.#account = null;
        this.#avatar = avatar;
        clearTimeout(this.#answerTimer);
        avatar.on('OnRecvChat', (name, text) => this.#view.message(name, text, avatar.attrs.chatroom));
        avatar.on('ShowInfo', (text) => this.#view.info(text));
        avatar.on('ShowError', (text) => this.#view.error(text));
        avatar.watch('chatroom', (room) => this.#onRoom(room));
        this.#view.signedIn(avatar.attrs.name);
        this.#returnTo(this.#room ?? avatar.attrs.chatroom);
    }

    /** After a reconnect the server begins in its first room again; the person did not leave theirs. */
    #returnTo(room) {
        if (room === this.#avatar.attrs.chatroom) this.#onRoom(room);
        else this.join(room);
    }

    #onRoom(room) {
        this.#room = room;
        this.#view.room(room);
    }

    #refused(text) {
        this.#answered(() => {
            this.#forget();
            this.#view.signedOut();
            this.#view.error(text);
        });
    }

    #await() {
        this.#view.busy();
        clearTimeout(this.#answerTimer);
        this.#answerTimer = setTimeout(() => this.#refused('The server does not answer.'), ANSWER_TIMEOUT_MS);
    }

    #answered(tell) {
        clearTimeout(this.#answerTimer);
        this.#view.ready();
        tell();
    }

    #forget() {
        clearTimeout(this.#answerTimer);
        this.#credentials = null;
        this.#room = null;
    }

    /** This game closes a client only when the same person has signed in elsewhere. */
    #onClose(kicked) {
        clearTimeout(this.#answerTimer);
        this.#account = this.#avatar = null;
        this.#tellState();
        if (kicked) this.#view.replaced();
    }

    #tellState() {
        this.#view.connection(this.#client.state);
    }
}

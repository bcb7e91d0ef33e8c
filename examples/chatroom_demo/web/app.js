// The page's entry: the session on one side, the views on the other.
import { ChatView } from './chat-view.js';
import { LoginView } from './login-view.js';
import { noticeText } from './notices.js';
import { Session } from './session.js';

const CONNECTION_TEXT = {
    open: 'Connected',
    connecting: 'Connecting…',
    waiting: 'Reconnecting…',
    closed: 'Not connected',
};

const url = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`;
let signedIn = false;
let unread = 0;

/** What the session tells, shown. */
const view = {
    connection(state) {
        document.body.dataset.state = state;
        for (const element of document.querySelectorAll('[data-connection]'))
            setText(element, CONNECTION_TEXT[state]);
        if (state !== 'open') {
            login.enabled = false;
            if (signedIn) chat.lost();
        }
    },
    ready() {
        login.enabled = true;
    },
    busy() {
        login.enabled = false;
    },
    info(text) {
        if (signedIn) chat.notice('info', ...noticeText(text));
        else login.info(...noticeText(text));
    },
    error(text) {
        if (signedIn) chat.notice('error', ...noticeText(text));
        else login.error(...noticeText(text));
    },
    signedIn(name) {
        login.hide();
        if (!signedIn) chat.show(name);
        signedIn = true;
        chat.found();
    },
    replaced() {
        if (signedIn) chat.replaced();
    },
    room(room) {
        chat.enter(room);
    },
    message(name, text, room) {
        chat.message(room, name, text, name === session.name);
        if (document.hidden) showUnread(unread + 1);
    },
    signedOut() {
        if (signedIn) chat.reset();
        signedIn = false;
        chat.hide();
        login.show();
    },
};

const session = new Session(view, url);
const login = new LoginView({
    onLogin: (name, password) => session.signIn(name, password),
    onRegister: (name, password) => session.register(name, password),
});
const chat = new ChatView({
    onSend: (text) => session.say(text),
    onJoin: (room) => session.join(room),
    onSignOut: () => session.signOut(),
    onRetry: () => session.connect(),
});

/** Only a changed text is announced by a screen reader. */
function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
}

function showUnread(count) {
    unread = count;
    document.title = count > 0 ? `(${count}) GoWorld Chat` : 'GoWorld Chat';
}

document.addEventListener('visibilitychange', () => document.hidden || showUnread(0));
addEventListener('online', () => session.hurry());
login.show();
session.connect();

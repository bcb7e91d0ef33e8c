// The page's entry: the session on one side, the game and what lies around it on the other.
import { Game } from './game.js';
import { Session } from './session.js';

const CONNECTION_TEXT = {
    open: 'Connected',
    connecting: 'Connecting…',
    waiting: 'The connection is lost. Connecting again…',
    closed: 'Not connected',
};
const SPACE_KINDS = [1, 2, 3];
const LOW_HEALTH = 0.3;
// Who still shoots with the space bar would not want to press a button with it.
const PAUSE_MS = 800;

const byId = (id) => document.getElementById(id);
const count = (number, one, many) => `${number} ${number === 1 ? one : many}`;
const form = byId('login-form');

// ---- the card in front of the field ----

function showLogin(isShown) {
    byId('login').hidden = !isShown;
    byId('hud').hidden = isShown;
    if (isShown) form.username.focus();
    else byId('scene').focus({ preventScroll: true });
}

function showOver(title, text, action, act) {
    byId('over-title').textContent = title;
    byId('over-text').textContent = text;
    byId('again').textContent = action;
    byId('again').onclick = () => {
        byId('over').hidden = true;
        act();
    };
    byId('over').hidden = false;
    byId('again').disabled = true;
    setTimeout(() => {
        byId('again').disabled = false;
        byId('again').focus();
    }, PAUSE_MS);
}

// ---- what the session tells ----

const view = {
    connection(state) {
        byId('connection').textContent = CONNECTION_TEXT[state];
        form.play.disabled = state !== 'open';
    },
    ready() {
        form.play.disabled = false;
    },
    busy() {
        form.play.disabled = true;
    },
    error(text) {
        showLogin(true);
        byId('status').textContent = text;
        form.password.select();
    },
    playing(player) {
        byId('status').textContent = '';
        form.password.value = '';
        byId('my-name').textContent = player.attrs.name;
        byId('over').hidden = true;
        showLogin(false);
        game.play(player);
    },
    away() {
        game.play(null);
        showPlace(null);
    },
    replaced() {
        showOver('You play in another window', 'This one has lost your player to it.', 'Play here', () => session.again());
    },
};

// ---- what the game tells ----

const hud = {
    sight(players, monsters) {
        byId('in-sight').textContent = `${count(players, 'player', 'players')}, ${count(monsters, 'monster', 'monsters')}`;
    },
    health(hp, max) {
        const meter = byId('my-health');
        meter.setAttribute('aria-valuemax', max);
        meter.setAttribute('aria-valuenow', hp);
        meter.classList.toggle('low', hp / max <= LOW_HEALTH);
        byId('my-health-fill').style.width = `${(100 * hp) / max}%`;
    },
    died() {
        showOver('You died', 'The monsters were faster this time.', 'Play again', () => session.again());
    },
};

// ---- spaces ----

function showPlace(kind) {
    for (const button of byId('places').children)
        button.setAttribute('aria-pressed', String(Number(button.textContent) === kind));
}

function addPlace(kind) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = kind;
    button.addEventListener('click', () => {
        session.client.player?.call('EnterSpace', kind);
        byId('scene').focus({ preventScroll: true });
    });
    byId('places').append(button);
}

const session = new Session(view, `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws`);
const game = new Game(session.client, byId('scene'), byId('shoot'), hud);
session.client.on('create', (entity) => entity.is('__space__') && showPlace(Number(entity.attrs._K)));
form.addEventListener('submit', (event) => {
    event.preventDefault();
    byId('status').textContent = '';
    session.play(form.username.value.trim(), form.password.value);
});
byId('leave').addEventListener('click', () => {
    session.leave();
    showLogin(true);
});
addEventListener('online', () => session.hurry());
SPACE_KINDS.forEach(addPlace);
showPlace(null);
showLogin(true);
session.connect();

// The page: shows what the server tells of the player, and calls the server when somebody clicks.
import { Client, websocket } from '/goworld/goworld.js'; // served by the gate

const HEARD_MAX = 10;
const at = (id) => document.getElementById(id);

const scheme = location.protocol === 'https:' ? 'wss' : 'ws';
const client = new Client({ connect: websocket(`${scheme}://${location.host}/ws`) });

function hear(name) {
    const line = document.createElement('li');
    line.textContent = `${name} rang`;
    at('heard').prepend(line);
    while (at('heard').children.length > HEARD_MAX) at('heard').lastChild.remove();
}

/** Shows an attribute as it is now, and after each GW_SET of the server. */
function follow(player, attribute, show) {
    show(player.attrs[attribute]);
    player.watch(attribute, show);
}

// A Player is new with every connection, also after the page has lost one and come back.
client.on('player', (player) => {
    follow(player, 'name', (name) => (at('name').value = name));
    follow(player, 'rings', (rings) => (at('mine').textContent = rings));
    // Calls of the server: the rows of PLAYER_CLIENT_RPC in game.h.
    player.on('OnWelcome', (ringsOfAll) => (at('all').textContent = ringsOfAll));
    player.on('OnError', (message) => (at('state').textContent = message));
    player.on('OnRing', (name, ringsOfAll) => {
        at('state').textContent = 'connected';
        at('all').textContent = ringsOfAll;
        hear(name);
    });
    at('bell').disabled = false;
    at('state').textContent = 'connected';
});
client.on('close', () => {
    at('bell').disabled = true;
    at('state').textContent = 'the server is away; trying again…';
});

// Calls to the server: the rows of PLAYER_RPC in game.h that say GW_OWN_CLIENT.
at('bell').addEventListener('click', () => client.player?.call('Ring'));
at('name-form').addEventListener('submit', (event) => {
    event.preventDefault();
    client.player?.call('SetName', at('name').value);
});

client.open();

// Gates, games and dispatchers of GoWorld's own, played by the test, among real processes of ours.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';

import { Client } from '../../clients/js/goworld.js';
import { tcp } from '../../clients/js/transport-tcp.js';
import { skip, startCluster } from './cluster.js';
import { GoDispatcher } from './godispatcher.js';
import * as go from './stranger.js';

const ONE_OF_EACH = { dispatcher: 1, game: 1, gate: 1 };
const GATE = 1;
const GAME = 1;
const NIL_SPACE = 'AAAAAAAAAAAAAAAx'; // of that game
const CLIENT = 'awNEKGhsggslAAAB';
const ENTITY = 'awNEKGhsggslAAAC';
// docs/internals/protocol.md 7, known answer 7, without the length in front.
const CREATE_ACCOUNT =
    'ea03010061774e454b4768736767736c414141420161774e454b4768736767736c41414143070000004163636f756e74' +
    '000000000000000000000000000000000100000080';
const OTHER_CLIENT = 'awNEKGhsggslAAAD';
const OTHER_ENTITY = 'awNEKGhsggslAAAE';
// Operators of a filtered call.
const EQUAL = 0;
const AT_LEAST = 4;
// What the chatroom says.
const REGISTERED = '注册成功，请点击登录';
const WRONG_PASSWORD = '密码错误';
const TRY_AGAIN = '登录失败，请重试';

/** The chatroom, but for the processes that the test plays. */
async function startChatroom(t, without, counts = ONE_OF_EACH) {
    const cluster = await startCluster(counts, { game: '../../examples/chatroom_demo', without });
    t.after(() => cluster.remove());
    return cluster;
}

/** The arguments of the next occurrence of one of these events. */
const happens = (emitter, ...events) =>
    new Promise((resolve) => {
        const ends = events.map((event) => emitter.on(event, (...args) => {
            for (const end of ends) end();
            resolve(args);
        }));
    });

describe('a gate of GoWorld', { skip }, () => {
    async function join(t) {
        const cluster = await startChatroom(t, ['gate1']);
        const gate = await go.connect(cluster.port('dispatcher1'));
        t.after(() => gate.destroy());
        gate.send(go.SET_GATE_ID, ['u16', GATE]);
        return { cluster, gate };
    }

    async function bringClient(gate, client, entity) {
        gate.send(go.NOTIFY_CLIENT_CONNECTED, ['id', client], ['id', entity]);
        return gate.next(go.CREATE_ENTITY_ON_CLIENT);
    }

    const call = (gate, entity, method, ...args) =>
        gate.send(go.CALL_FROM_CLIENT, ['id', entity], ['str', method], ['args', args], ['id', CLIENT]);

    /** What a packet to the one client says behind the client. */
    function addressed(payload) {
        const from = go.readerOf(payload);
        assert.deepEqual([from.u16(), from.id()], [GATE, CLIENT]);
        return from;
    }

    function assertCalls(payload, entity, method, ...args) {
        const from = addressed(payload);
        assert.deepEqual([from.id(), from.varStr(), go.readArgs(from), from.remaining], [entity, method, args, 0]);
    }

    /** The avatar is not there the first time: it is loaded meanwhile, and the player stays where he is. */
    async function login(gate, ...args) {
        for (;;) {
            call(gate, ENTITY, 'Login', ...args);
            const answer = await gate.next(go.CALL_ON_CLIENT, go.DESTROY_ENTITY_ON_CLIENT);
            if (go.typeOf(answer) === go.DESTROY_ENTITY_ON_CLIENT) return answer;
            assertCalls(answer, ENTITY, 'ShowError', TRY_AGAIN);
        }
    }

    test('brings a client, which plays as behind a gate of ours', async (t) => {
        const { cluster, gate } = await join(t);
        const created = await bringClient(gate, CLIENT, ENTITY);
        assert.equal(created.toString('hex'), CREATE_ACCOUNT);
        call(gate, ENTITY, 'Register', 'ada', 'secret');
        assertCalls(await gate.next(go.CALL_ON_CLIENT), ENTITY, 'ShowInfo', REGISTERED);
        call(gate, ENTITY, 'Login', 'ada', 'wrong');
        assertCalls(await gate.next(go.CALL_ON_CLIENT), ENTITY, 'ShowError', WRONG_PASSWORD);

        const destroyed = addressed(await login(gate, 'ada', 'secret'));
        assert.deepEqual([destroyed.varStr(), destroyed.id()], ['Account', ENTITY]);
        addressed(await gate.next(go.CLEAR_FILTER_PROPS));
        const avatar = addressed(await gate.next(go.CREATE_ENTITY_ON_CLIENT));
        assert.equal(avatar.bool(), true);
        const id = avatar.id();
        assert.equal(avatar.varStr(), 'Avatar');
        const filter = addressed(await gate.next(go.SET_FILTER_PROP));
        assert.deepEqual([filter.varStr(), filter.varStr()], ['chatroom', '1']);
        call(gate, id, 'SendChat', 'hello');
        const chat = await gate.read(go.CALL_FILTERED_CLIENTS);
        assert.deepEqual([chat.u8(), chat.varStr(), chat.varStr()], [EQUAL, 'chatroom', '1']);
        assert.deepEqual([chat.varStr(), go.readArgs(chat)], ['OnRecvChat', ['ada', 'hello']]);

        gate.send(go.NOTIFY_CLIENT_DISCONNECTED, ['id', id], ['id', CLIENT]);
        await bringClient(gate, OTHER_CLIENT, OTHER_ENTITY); // its game has heard of the one that went
        assert.equal((await cluster.metrics('game1')).game_clients, 1);
        gate.assertGotNothingOfOurs();
    });

    test('takes its clients along when it dies', async (t) => {
        const { cluster, gate } = await join(t);
        await bringClient(gate, CLIENT, ENTITY);
        gate.destroy();
        await gate.closed;
        const again = await go.connect(cluster.port('dispatcher1'));
        t.after(() => again.destroy());
        again.send(go.SET_GATE_ID, ['u16', GATE]);
        await bringClient(again, OTHER_CLIENT, OTHER_ENTITY);
        assert.equal((await cluster.metrics('game1')).game_clients, 1);
        again.assertGotNothingOfOurs();
    });
});

describe('a game of GoWorld', { skip }, () => {
    async function join(t) {
        const cluster = await startChatroom(t, ['game1']);
        return { cluster, game: await joinAt(t, cluster, 1) };
    }

    async function joinAt(t, cluster, dispid) {
        const game = await go.connect(cluster.port(`dispatcher${dispid}`));
        t.after(() => game.destroy());
        game.send(go.SET_GAME_ID, ['u16', GAME], ['u8', 0], ['u8', 0], ['u8', 0], ['u32', 0]);
        const ack = await game.read(go.SET_GAME_ID_ACK);
        assert.deepEqual([ack.u16(), ack.bool(), ack.u16(), ack.u16()], [dispid, false, 1, GAME]);
        assert.deepEqual([ack.u32(), ack.u32(), ack.remaining], [0, 0, 0]);
        await game.next(go.NOTIFY_DEPLOYMENT_READY);
        return game;
    }

    /** A client with a player of this game, which has a link to each dispatcher. */
    async function welcome(t, cluster, ...links) {
        const client = new Client({ connect: tcp(cluster.port('gate1')), reconnect: false });
        t.after(() => client.close());
        const player = happens(client, 'player');
        client.open();
        const connected = await Promise.race(links.map((link) => link.read(go.NOTIFY_CLIENT_CONNECTED)));
        const [id, entity] = [connected.id(), connected.id()];
        assert.deepEqual([connected.u16(), connected.remaining], [GATE, 0]);
        const toClientBy = (link, type, ...fields) => link.send(type, ['u16', GATE], ['id', id], ...fields);
        const toClient = (type, ...fields) => toClientBy(links[0], type, ...fields);
        toClient(go.CREATE_ENTITY_ON_CLIENT, ['u8', 1], ['id', entity], ['str', 'Hero'],
            ...[1, 2, 3, 4].map((place) => ['f32', place]), ['data', { level: 7 }]);
        return { client, id, entity, toClient, toClientBy, player: (await player)[0] };
    }

    const callFiltered = (link, op, key, value, method, ...args) =>
        link.send(go.CALL_FILTERED_CLIENTS, ['u8', op], ['str', key], ['str', value], ['str', method], ['args', args]);

    test('has the clients of a gate of ours for its players', async (t) => {
        const { cluster, game } = await join(t);
        const hero = await welcome(t, cluster, game);
        assert.deepEqual([hero.player.id, hero.player.type, hero.player.attrs.level], [hero.entity, 'Hero', 7]);
        hero.player.call('Strike', 'hard', 3);
        const strike = await game.read(go.CALL_FROM_CLIENT);
        assert.deepEqual([strike.id(), strike.varStr(), go.readArgs(strike)], [hero.entity, 'Strike', ['hard', 3]]);
        assert.deepEqual([strike.id(), strike.remaining], [hero.id, 0]);
        const struck = happens(hero.player, 'OnStruck');
        hero.toClient(go.CALL_ON_CLIENT, ['id', hero.entity], ['str', 'OnStruck'], ['args', ['back']]);
        assert.deepEqual(await struck, ['back']);
        hero.client.close();
        const gone = await game.read(go.NOTIFY_CLIENT_DISCONNECTED);
        assert.deepEqual([gone.id(), gone.id()], [hero.entity, hero.id]);
        game.assertGotNothingOfOurs();
    });

    test('calls those clients whose filter property compares true', async (t) => {
        const { cluster, game } = await join(t);
        const [low, high] = [await welcome(t, cluster, game), await welcome(t, cluster, game)];
        low.toClient(go.SET_FILTER_PROP, ['str', 'lv'], ['str', '1']);
        high.toClient(go.SET_FILTER_PROP, ['str', 'lv'], ['str', '5']);
        const heard = [];
        for (const [name, { player }] of Object.entries({ low, high }))
            player.on('Hi', (text) => heard.push([name, text]));
        const all = Promise.all([low, high].map(({ player }) => happens(player, 'Done')));
        callFiltered(game, AT_LEAST, 'lv', '5', 'Hi', 'you up there');
        callFiltered(game, EQUAL, '', '', 'Done');
        await all;
        assert.deepEqual(heard, [['high', 'you up there']]);
        game.assertGotNothingOfOurs();
    });

    test('calls all clients by every dispatcher, and they hear it once', async (t) => {
        const cluster = await startChatroom(t, ['game1'], { ...ONE_OF_EACH, dispatcher: 2 });
        const links = [await joinAt(t, cluster, 1), await joinAt(t, cluster, 2)];
        const hero = await welcome(t, cluster, ...links);
        let heard = 0;
        hero.player.on('Hi', () => heard++);
        for (const [i, link] of links.entries()) {
            const passed = happens(hero.player, `Passed${i}`); // behind what went the same way before
            callFiltered(link, EQUAL, '', '', 'Hi');
            hero.toClientBy(link, go.CALL_ON_CLIENT, ['id', hero.entity], ['str', `Passed${i}`], ['args', []]);
            await passed;
        }
        assert.equal(heard, 1);
    });

    test('costs its clients their connections when it dies', async (t) => {
        const { cluster, game } = await join(t);
        const hero = await welcome(t, cluster, game);
        const closed = happens(hero.client, 'close');
        game.destroy();
        await closed;
    });
});

describe('a dispatcher of GoWorld', { skip }, () => {
    async function start(t) {
        const cluster = await startChatroom(t, ['dispatcher1', 'game1', 'gate1']);
        const dispatcher = await new GoDispatcher().listen(cluster.port('dispatcher1'));
        t.after(() => dispatcher.close());
        await cluster.start('game1');
        await cluster.start('gate1');
        return { cluster, dispatcher };
    }

    /** A client of the cluster's gate, with its account. */
    async function enter(t, cluster) {
        const client = new Client({ connect: tcp(cluster.port('gate1')), reconnect: false });
        t.after(() => client.close());
        const player = happens(client, 'player');
        client.open();
        return { client, account: (await player)[0] };
    }

    async function register(account, name) {
        account.call('Register', name, 'secret');
        assert.deepEqual(await happens(account, 'ShowInfo'), [REGISTERED]);
    }

    /** One try; returns the new player, or null. */
    async function login({ client, account }, name) {
        const answer = Promise.race([
            happens(client, 'player').then(([player]) => player),
            happens(account, 'ShowError').then(([why]) => assert.equal(why, TRY_AGAIN)),
        ]);
        account.call('Login', name, 'secret');
        return (await answer) ?? null;
    }

    test('connects a game and a gate of ours', async (t) => {
        const { cluster, dispatcher } = await start(t);
        const ada = await enter(t, cluster);
        await register(ada.account, 'ada');
        let avatar = await login(ada, 'ada');
        assert.equal(avatar, null); // it is loaded only now, and nobody can hand over to what is not there
        while (!avatar) avatar = await login(ada, 'ada');
        const heard = happens(avatar, 'OnRecvChat');
        avatar.call('SendChat', 'hello');
        assert.deepEqual(await heard, ['ada', 'hello']);
        dispatcher.assertGotNothingOfOurs();
    });

    test('gets a new registration with all that lives when a link breaks', async (t) => {
        const { cluster, dispatcher } = await start(t);
        const ada = await enter(t, cluster);
        const saved = once(dispatcher, 'destroyed'); // until then a load has no effect
        await register(ada.account, 'ada');
        await saved;
        const created = once(dispatcher, 'created');
        assert.equal(await login(ada, 'ada'), null);
        const [avatar] = await created;
        const registered = once(dispatcher, 'game');
        dispatcher.games.get(GAME).destroy();
        const [{ entities, ...game }] = await registered;
        assert.deepEqual(game, { id: GAME, isReconnect: true });
        assert.deepEqual(entities.sort(), [NIL_SPACE, avatar].sort());
        const again = await enter(t, cluster);
        assert.equal((await login(again, 'ada')).id, avatar);
        dispatcher.assertGotNothingOfOurs();
    });
});

// Two players of the Unity demo on its two real games, one over TCP and one over a WebSocket: what each sees of the other,
// in whichever space and on whichever game they are.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import WebSocket from 'ws';

import { websocket } from '../../clients/js/goworld.js';
import { tcp } from '../../clients/js/transport-tcp.js';
import { skip, startDemo } from './demo.js';
import { join } from './fighter.js';

const GAMES = ['game1', 'game2'];
const NEW_KIND = 100; // of a space where nobody has been
// Monsters come within 10 of the middle and reach 3 far: to this place they have to walk.
const AWAY = { x: 14, y: 0, z: 0 };
const FAR_AWAY = { x: -60, y: 0, z: 0 };

describe('fighters', { skip, timeout: 120_000 }, () => {
    let demo;
    let round = 0;
    let ada;
    let bob;

    before(async () => {
        demo = await startDemo({ example: 'unity_demo' });
    });
    after(() => demo?.remove());

    beforeEach(async (t) => {
        const url = new URL('ws', demo.url).href.replace('http', 'ws');
        round++;
        ada = await join(t, tcp(demo.port), `ada${round}`);
        bob = await join(t, websocket(url, { WebSocket }), `bob${round}`);
        await meet();
    });

    async function meet() {
        await ada.until(() => ada.sight(bob.player.id));
        await bob.until(() => bob.sight(ada.player.id));
    }

    async function enter(fighter, kind) {
        fighter.player.call('EnterSpace', kind);
        await fighter.until(() => fighter.spaceKind === kind);
    }

    /** Bob walks there, and Ada sees it. */
    async function walkBob(position, yaw) {
        bob.player.moveTo(position, yaw);
        const sight = ada.sight(bob.player.id);
        await ada.until(() => sight.position.x === position.x && sight.position.z === position.z && sight.yaw === yaw);
    }

    async function bothSee(what, id) {
        for (const fighter of [ada, bob]) await fighter.until(() => fighter.times(what, id) > 0);
    }

    test('see what each other does', async () => {
        await walkBob({ x: 3, y: 0, z: 4 }, 90);
        bob.player.call('SetAction', 'move');
        await bothSee('action=move', bob.player.id);
        ada.player.call('ShootMiss');
        await bothSee('Shoot()', ada.player.id);
    });

    test('see who goes to another space, comes back and leaves', async () => {
        const sight = ada.sight(bob.player.id);
        await enter(bob, 2);
        await ada.until(() => sight.destroyed);
        assert.deepEqual(bob.all('Player'), [bob.player]);
        await enter(bob, 1);
        await meet();
        const back = ada.sight(bob.player.id);
        assert.equal(back.attrs.name, sight.attrs.name);
        bob.leave();
        await ada.until(() => back.destroyed);
    });

    async function countMigrations() {
        const counts = await Promise.all(GAMES.map((game) => demo.metric(game, 'game_migrations_out_total')));
        return counts.reduce((sum, count) => sum + count);
    }

    test('are the same on another game', async () => {
        const { id, attrs: { name } } = bob.player;
        const already = await countMigrations();
        for (let kind = 2; (await countMigrations()) < already + 2; kind++) {
            assert.ok(kind < NEW_KIND, 'every space was on the same game');
            await enter(bob, kind);
            await enter(ada, kind);
            await meet();
            await walkBob({ x: kind, y: 0, z: 1 }, 45);
            assert.deepEqual([bob.player.id, ada.sight(id).attrs.name], [id, name]);
        }
    });

    test('are hunted and hit by a monster, and shoot it dead', async () => {
        for (const fighter of [ada, bob]) await enter(fighter, NEW_KIND);
        await meet();
        ada.player.moveTo(AWAY);
        await walkBob(FAR_AWAY, 0);
        const { hp } = ada.player.attrs; // somebody may have hit her where she came in

        const monster = await ada.until(() => ada.all('Monster')[0]);
        const { x } = monster.position;
        await ada.until(() => ada.times('action=move', monster.id) && monster.position.x > x);
        await bothSee(`DisplayAttack(${ada.player.id})`, monster.id);
        await bothSee(`hp=${hp - 10}`, ada.player.id);

        for (const _ of ['hp=50', 'hp=0']) bob.player.call('ShootHit', monster.id);
        await bothSee('Shoot()', bob.player.id);
        await ada.until(() => monster.destroyed);
        const wounds = ada.seen.filter(({ id, what }) => id === monster.id && /hp|death/.test(what));
        assert.deepEqual(wounds.map(({ what }) => what), ['hp=50', 'hp=0', 'action=death']);
    });
});

// goworld schema: what it prints of real games, and a client that speaks with its stubs only.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

import { Client } from '../../clients/js/goworld.js';
import { tcp } from '../../clients/js/transport-tcp.js';
import { skip, startDemo } from './demo.js';
import { assertFails, builtServer, goworld, plainGame, root, serverDir } from './goworld.js';

/** The module of stubs that the command prints, imported. */
async function stubsOf(dir) {
    const printed = goworld(['schema', dir, '-js']);
    assert.equal(printed.code, 0, printed.err);
    const file = path.join(dir, 'stubs.mjs');
    fs.writeFileSync(file, printed.out);
    return import(pathToFileURL(file));
}

/** A client whose next player is awaited. */
function connect(t, port) {
    const client = new Client({ connect: tcp(port), reconnect: false });
    t.after(() => client.close());
    return client;
}

const player = (client) => new Promise((resolve) => client.once('player', resolve));
/** The arguments of the next call. */
const heard = (stub, method) => new Promise((resolve) => stub.on(method, (...args) => resolve(args)));

test('people register, sign in and chat by stubs', { skip }, async (t) => {
    const demo = await startDemo();
    t.after(() => demo.remove());
    const { Account, Avatar } = await stubsOf(demo.dir);

    async function enter(name) {
        const client = connect(t, demo.port);
        const first = player(client);
        client.open();
        const account = new Account(await first);
        const registered = heard(account, 'ShowInfo');
        assert.ok(account.Register(name, 'secret'));
        assert.deepEqual(await registered, ['注册成功，请点击登录']);
        const second = player(client);
        assert.ok(account.Login(name, 'secret'));
        return new Avatar(await second);
    }

    const [ada, bob] = [await enter('ada'), await enter('bob')];
    assert.equal(ada.attrs.name, 'ada');
    const line = heard(bob, 'OnRecvChat');
    assert.ok(ada.SendChat('hello bob'));
    assert.deepEqual(await line, ['ada', 'hello bob']);
    const moved = new Promise((resolve) => bob.watch('chatroom', resolve));
    bob.SendChat('/join tea');
    assert.equal(await moved, 'tea');

    assert.throws(() => ada.SendChat(), /^TypeError: Avatar\.SendChat takes 1 arguments \(str text\), not 0$/);
    assert.throws(() => ada.SendChat(5), /^TypeError: Avatar\.SendChat: argument 1 has to be "str text"$/);
    assert.throws(() => ada.on('OnChat', () => {}), /^TypeError: Avatar has no method of clients OnChat; it has: OnRecvChat, ShowError$/);
    assert.throws(() => ada.watch('room', () => {}), /has no attribute that clients see room; it has: name, chatroom$/);
    assert.throws(() => new Account(ada.entity), /^TypeError: this entity is of type Avatar, not Account$/);
});

test('the schema of the chatroom is the recorded one', { skip }, async (t) => {
    const dir = serverDir(t, {});
    fs.cpSync(path.join(root, 'examples/chatroom_demo'), dir, { recursive: true, filter: (file) => !/\.obj|run$|_demo\/chatroom_demo$/.test(file) });
    assertFails(goworld(['schema', dir]), /there is no program .*\/plain; build it first: goworld build /);
    const built = goworld(['build', dir]);
    assert.equal(built.code, 0, built.err);
    const recorded = fs.readFileSync(path.join(root, 'tests/golden/chatroom.schema.json'), 'utf8');
    assert.deepEqual(goworld(['schema', dir]), { code: 0, out: recorded, err: '' });
});

const oddGame = `
#include <goworld/goworld.h>
#define NAME "1 \\"*/' \\\\ \\n\${x}\`"
static void nothing(gw_entity *self, gw_reader *reader) { (void)self; (void)reader; }
static const gw_method methods[] = {{NAME, sizeof NAME - 1, GW_ANY_CLIENT, "bool new, i8 send, ", NULL, nothing}, {0}};
static const gw_client_method handled[] = {{NAME, ""}, {0}};
static const gw_entity_type odd = {.name = NAME, .size = sizeof(gw_entity), .methods = methods, .client_methods = handled};
static const gw_entity_type map = {.name = "Number", .size = sizeof(gw_entity), .methods = methods};
static const gw_entity_type *const types[] = {&odd, &map, NULL};
int main(int argc, char **argv) { return gw_main(&(gw_game){.types = types}, argc, argv); }
`;

test('odd names stay what they are', { skip }, async (t) => {
    const name = '1 "*/\' \\ \n${x}`';
    const dir = await builtServer(t, {}, oddGame);
    const [type] = JSON.parse(goworld(['schema', dir]).out).types;
    assert.deepEqual([type.name, type.methods[0].name, type.client_methods[0].name], [name, name, name]);
    const stubs = await stubsOf(dir);
    assert.deepEqual(Object.keys(stubs).sort(), ['Number_', '_1_________$_x__']);
    const calls = [];
    const odd = new stubs._1_________$_x__({ type: name, call: (...call) => calls.push(call) });
    odd[name](true, -128);
    assert.deepEqual(calls, [[name, true, -128]]);
    assert.throws(() => odd[name](true, 128), /argument 2 has to be "i8 send"/);
});

test('what is no game, or says that its table is wrong, is one sentence', { skip }, async (t) => {
    const dir = await builtServer(t, {}, plainGame.replace(/for.*\n.*pause.*\n/, 'return 1;\n'));
    assertFails(goworld(['schema', dir]), /plain\/plain does not tell what its game is made of: it is older than goworld schema, or no game; build it again: goworld build /);
    fs.writeFileSync(path.join(dir, 'game.c'), oddGame.replace('.name = "Number", .size = sizeof(gw_entity)', '.name = "Number"'));
    assert.equal(goworld(['build', dir]).code, 0);
    assertFails(goworld(['schema', dir]), /^goworld: .*plain\/plain: type Number: size must be the sizeof of its struct$/);
    assertFails(goworld(['schema', '/nowhere/game']), /\/nowhere\/game: No such file or directory$/);
});

test('a program that never answers is given up', { skip }, async (t) => {
    const dir = await builtServer(t);
    assertFails(goworld(['schema', dir]), /does not tell what its game is made of/);
});

test('-js goes with schema only', () => {
    for (const args of [['build', '.', '-js'], ['version', '-js']]) {
        const result = goworld(args);
        assert.equal(result.err, 'goworld: -js goes with schema only\nTry: goworld help\n');
        assert.equal(result.code, 2);
    }
});

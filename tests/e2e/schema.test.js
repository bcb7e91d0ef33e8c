// goworld schema: what it prints of real games, and clients in JavaScript and C that speak by its stubs only.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';

import { Client } from '../../clients/js/goworld.js';
import { tcp } from '../../clients/js/transport-tcp.js';
import { skip, startDemo } from './demo.js';
import { assertFails, builtServer, command, goworld, plainGame, root, serverDir } from './goworld.js';

/** The module of stubs that the command prints, imported. */
async function stubsOf(dir) {
    const printed = goworld(['schema', dir, '-js']);
    assert.equal(printed.code, 0, printed.err);
    const file = path.join(dir, 'stubs.mjs');
    fs.writeFileSync(file, printed.out);
    return import(pathToFileURL(file));
}

/** Writes the header that the command prints as stubs.h, and a client of it. */
function writeStubs(dir, source) {
    const printed = goworld(['schema', dir, '-c']);
    assert.equal(printed.code, 0, printed.err);
    fs.writeFileSync(path.join(dir, 'stubs.h'), printed.out);
    fs.writeFileSync(path.join(dir, 'client.c'), source);
}

/** A client that is to be opened. */
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
    assertFails(goworld(['schema', dir]), /there is no program .*\/plain; build it first: \S*goworld build /);
    const built = goworld(['build', dir]);
    assert.equal(built.code, 0, built.err);
    const recorded = fs.readFileSync(path.join(root, 'tests/golden/chatroom.schema.json'), 'utf8');
    assert.deepEqual(goworld(['schema', dir]), { code: 0, out: recorded, err: '' });
});

/** Signs in as whom it is told, says a line, and ends when it has heard that. */
const chatClient = `
#include "stubs.h"
#include <stdio.h>
static const char *who;
void Account_ShowInfo(gwc_client *client, gwc_entity *account, const char *message)
{
    printf("%s\\n", message);
    Account_call_Login(client, account, who, "secret");
}
void Avatar_OnRecvChat(gwc_client *client, gwc_entity *avatar, const char *name, const char *text)
{
    printf("%s in %s heard %s: %s\\n", Avatar_attr_name(avatar), Avatar_attr_chatroom(avatar), name, text);
    gwc_close(client);
}
static void on_player(gwc_client *client, gwc_entity *player)
{
    if (gwc_entity_is(player, Account_TYPE))
        Account_call_Register(client, player, who, "secret");
    else
        Avatar_call_SendChat(client, player, "hello");
}
static const gwc_method methods[] = {Account_ShowInfo_METHOD, Avatar_OnRecvChat_METHOD, {NULL, NULL, NULL}};
int main(int argc, char **argv)
{
    gwc_desc desc = {0};
    who = argv[argc - 1];
    desc.address = argv[1];
    desc.methods = methods;
    desc.on_player = on_player;
    gwc_client *client = gwc_create(&desc);
    if (gwc_open(client) == GWC_OK)
        while (gwc_run(client, -1))
            continue;
    gwc_destroy(client);
    return 0;
}
`;

test('a client in C registers, signs in and chats by stubs', { skip }, async (t) => {
    const demo = await startDemo();
    t.after(() => demo.remove());
    writeStubs(demo.dir, chatClient);
    const env = { ...process.env, PKG_CONFIG_PATH: path.resolve(fs.realpathSync(command), '../../lib/pkgconfig') };
    const run = (program, ...args) => {
        const done = spawnSync(program, args, { cwd: demo.dir, env, encoding: 'utf8', timeout: 60_000 });
        assert.equal(done.status, 0, done.stderr);
        return done.stdout;
    };
    const library = run('pkg-config', '--cflags', '--libs', 'goworld_client').trim().split(/\s+/);
    run('cc', '-std=c11', '-Wall', '-Wextra', '-Werror', 'client.c', ...library, '-o', 'client');
    assert.equal(run('./client', `127.0.0.1:${demo.port}`, 'cleo'), '注册成功，请点击登录\ncleo in 1 heard cleo: hello\n');
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
    assert.deepEqual(Object.keys(stubs).sort(), ['Number_', '_1___________x__']);
    const calls = [];
    const odd = new stubs._1___________x__({ type: name, call: (...call) => calls.push(call) });
    odd[name](true, -128);
    assert.deepEqual(calls, [[name, true, -128]]);
    assert.throws(() => odd[name](true, 128), /argument 2 has to be "i8 send"/);
});

const placeGame = `
#include <goworld/goworld.h>
typedef struct Place { gw_entity base; int32_t visitors; } Place;
static const gw_attr Place_attrs[] = {GW_ATTR(Place, visitors, GW_ALL_CLIENTS), GW_ATTR_END};
static const gw_entity_type place = {.name = "Place", .size = sizeof(Place), .attrs = Place_attrs};
static void go_in(gw_entity *player)
{
    Place *hall = (Place *)gw_create_space(1);
    GW_SET(hall, visitors, 7);
    (void)!gw_enter_space(player, hall->base.id, (gw_vec3){0, 0, 0});
}
static const gw_entity_type player = {.name = "Player", .size = sizeof(gw_entity), .on_client_connected = go_in};
static const gw_entity_type *const types[] = {&player, NULL};
int main(int argc, char **argv) { return gw_main(&(gw_game){.types = types, .space = &place}, argc, argv); }
`;

test('the stubs of the type of spaces are for the space that the player is in', { skip }, async (t) => {
    const dir = await builtServer(t, {}, placeGame);
    const ini = path.join(dir, 'goworld.ini');
    const text = fs.readFileSync(ini, 'utf8');
    fs.writeFileSync(ini, text.replace('[game_common]', '[game_common]\nboot_entity=Player'));
    const started = goworld(['start', dir]);
    assert.equal(started.code, 0, started.err);
    const { Place } = await stubsOf(dir);
    const [, port] = /\[gate1\]\nlisten_addr=127.0.0.1:(\d+)/.exec(text);
    const client = connect(t, Number(port));
    const shown = new Promise((resolve) => client.on('create', (entity) => entity.isPlayer || resolve(entity)));
    client.open();
    const place = new Place(await shown);
    assert.equal(place.attrs.visitors, 7);
});

const everyType = `
#include <goworld/goworld.h>
typedef struct Hero {
    gw_entity base;
    bool brave; int8_t a; int16_t b; int32_t c; int64_t d; uint8_t e; uint16_t f; uint32_t g; uint64_t h;
    float speed; double luck; gw_id friend; gw_vec3 seat; gw_map bag; gw_list log; gw_text name; char title[8];
} Hero;
#define A(name) GW_ATTR(Hero, name, GW_CLIENT)
static const gw_attr Hero_attrs[] = {A(brave), A(a), A(b), A(c), A(d), A(e), A(f), A(g), A(h), A(speed), A(luck), A(friend),
                                     A(seat), A(bag), A(log), A(name), A(title), GW_ATTR_END};
#define SMALL (bool, new), (i8, a), (i16, b), (i32, c), (u8, e), (u16, f), (u32, client)
#define LARGE (i64, d), (u64, h), (f32, speed), (f64, luck), (id, friend), (vec3, seat), (vec3, entity)
#define TREES (map, bag), (list, log), (str, name), (bytes, raw)
#define HERO_RPC(RPC) RPC(Hero, Small, GW_OWN_CLIENT, SMALL) RPC(Hero, Large, GW_OWN_CLIENT, LARGE) \\
    RPC(Hero, Trees, GW_OWN_CLIENT, TREES) RPC(Hero, None, GW_OWN_CLIENT)
#define HERO_CLIENT_RPC(RPC) RPC(Hero, OnSmall, SMALL) RPC(Hero, OnLarge, LARGE) RPC(Hero, OnTrees, TREES) RPC(Hero, OnNone)
GW_RPC_DECLARE(HERO_RPC)
void Hero_Small(Hero *s, bool new, int8_t a, int16_t b, int32_t c, uint8_t e, uint16_t f, uint32_t g) {}
void Hero_Large(Hero *s, int64_t d, uint64_t h, float x, double y, gw_id i, gw_vec3 v, gw_vec3 w) {}
void Hero_Trees(Hero *s, gw_map m, gw_list l, const char *t, gw_bytes r) {}
void Hero_None(Hero *s) {}
GW_RPC_DEFINE(Hero, HERO_RPC)
GW_CLIENT_RPC_DEFINE(Hero, HERO_CLIENT_RPC)
static const gw_entity_type hero = {.name = "Hero", .size = sizeof(Hero), .attrs = Hero_attrs, .methods = Hero_methods,
                                    .client_methods = Hero_client_methods};
static const gw_entity_type *const types[] = {&hero, NULL};
int main(int argc, char **argv) { return gw_main(&(gw_game){.types = types}, argc, argv); }
`;

/** Uses them, so that the compiler sees the rows as well. */
const heroClient = `
#include "stubs.h"
extern const gwc_method methods[];
const gwc_method methods[] = {Hero_OnSmall_METHOD, Hero_OnLarge_METHOD, Hero_OnTrees_METHOD, Hero_OnNone_METHOD, {NULL, NULL, NULL}};
gwc_err use(gwc_client *client, gwc_entity *hero);
gwc_err use(gwc_client *client, gwc_entity *hero)
{
    gwc_vec3 seat = Hero_attr_seat(hero);
    Hero_call_Trees(client, hero, Hero_attr_bag(hero), Hero_attr_log(hero), Hero_attr_title(hero), gwc_bytes("a", 1));
    return Hero_call_Large(client, hero, Hero_attr_d(hero), Hero_attr_h(hero), 1, 2, Hero_attr_friend(hero), seat, seat);
}
`;

/** Compiles client.c, which includes the header that the command prints, without a warning as each of the languages. */
function compileStubs(dir, source) {
    writeStubs(dir, source);
    for (const language of ['c', 'c++']) {
        const args = `-x ${language} -std=${language}11 -pedantic -Wall -Wextra -Wshadow -Wconversion -Werror -O1`.split(' ');
        const done = spawnSync('cc', [...args, `-I${root}/clients/c/include`, '-c', 'client.c', '-o', `client-${language}.o`], { cwd: dir, encoding: 'utf8' });
        assert.equal(done.status, 0, done.stderr);
    }
}

test('the C stubs of every type compile without a warning, as C and as C++', { skip }, async (t) => {
    const dir = await builtServer(t, {}, everyType);
    compileStubs(dir, heroClient);
    const { Hero } = await stubsOf(dir);
    const calls = [];
    const hero = new Hero({ type: 'Hero', call: (...call) => calls.push(call) });
    hero.Large(2n ** 63n - 1n, 2n ** 64n - 1n, 0.5, 1, '', { X: 1, Y: 2, Z: 3 }, { X: 1, Y: 2, Z: 3 });
    hero.Trees({}, [], 'a', new Uint8Array(1));
    assert.equal(calls.length, 2);
    for (const wrong of [[[], [], '', new Uint8Array(0)], [{}, {}, '', new Uint8Array(0)], [{}, [], 'a\0', new Uint8Array(0)], [{}, [], '', '']])
        assert.throws(() => hero.Trees(...wrong), TypeError);
});

test('what is no game, or says that its table is wrong, is one sentence', { skip }, async (t) => {
    const dir = await builtServer(t, {}, plainGame.replace(/for.*\n.*pause.*\n/, 'return 1;\n'));
    assertFails(goworld(['schema', dir]), /plain\/plain does not tell what its game is made of: it is older than goworld schema, or no game; build it again: \S*goworld build /);
    fs.writeFileSync(path.join(dir, 'game.c'), oddGame.replace('.name = "Number", .size = sizeof(gw_entity)', '.name = "Number"'));
    assert.equal(goworld(['build', dir]).code, 0);
    assertFails(goworld(['schema', dir]), /^goworld: .*plain\/plain: type Number: size must be the sizeof of its struct$/);
    assertFails(goworld(['schema', '/nowhere/game']), /\/nowhere\/game: No such file or directory$/);
});

test('a program that never answers is given up', { skip }, async (t) => {
    const dir = await builtServer(t);
    assertFails(goworld(['schema', dir]), /does not tell what its game is made of/);
});

test('-js and -c go with schema only', () => {
    for (const args of [['build', '.', '-js'], ['version', '-c']]) {
        const result = goworld(args);
        assert.equal(result.err, `goworld: ${args.at(-1)} goes with schema only\nTry: goworld help\n`);
        assert.equal(result.code, 2);
    }
});

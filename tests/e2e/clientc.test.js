// The chat of clients/c in the real chatroom, beside a client of clients/js: they hear each other, also after the server
// has died and come back. And the programs of the guide do what it says.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { Client } from '../../clients/js/goworld.js';
import { tcp } from '../../clients/js/transport-tcp.js';
import { event } from '../../clients/js/test/fakegate.js';
import { skip, startDemo } from './demo.js';
import { command, goworld, root } from './goworld.js';
import { startWire } from './wire.js';

const PASSWORD = 'correct horse';
const PATIENCE_MS = 60_000;

/** The build of the command under test. */
const build = () => path.join(path.dirname(realpathSync(command)), '..');

/** A program that talks: what it prints are lines to wait for. */
class Talker {
    #lines = [];
    #waiting = null;

    constructor(t, program, ...args) {
        this.process = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
        this.exit = once(this.process, 'exit');
        t.after(() => this.process.kill());
        createInterface(this.process.stdout).on('line', (line) => {
            this.#lines.push(line);
            this.#waiting?.();
        });
    }

    say(text) {
        this.process.stdin.write(`${text}\n`);
    }

    /** The next line that matches; what comes before it is forgotten. */
    async hears(pattern) {
        const signal = AbortSignal.timeout(PATIENCE_MS);
        const seen = [];
        for (;;) {
            while (this.#lines.length > 0) {
                seen.push(this.#lines.shift());
                if (pattern.test(seen.at(-1))) return;
            }
            await new Promise((resolve, reject) => {
                this.#waiting = resolve;
                signal.onabort = () => reject(new Error(`no ${pattern}, but: ${seen.join(' | ')}`));
            });
        }
    }

    /** Ends its input, at which it leaves. */
    async leaves() {
        this.process.stdin.end();
        return (await this.exit)[0];
    }
}

/** Somebody who talks by the C client. */
const enterByC = (t, address, name, password = PASSWORD) =>
    new Talker(t, path.join(build(), 'examples/client/chat'), address, name, password);

/** Somebody who talks by the JavaScript client. */
async function enterByJs(t, port, name) {
    const client = new Client({ connect: tcp(port), reconnectFirstMs: 50, reconnectMaxMs: 400 });
    t.after(() => client.close());
    let avatar = null;
    const heard = [];
    client.on('player', (player) => {
        if (player.is('Account')) {
            player.once('ShowInfo', () => player.call('Login', name, PASSWORD));
            player.once('ShowError', () => player.call('Login', name, PASSWORD));
            player.call('Register', name, PASSWORD);
        } else {
            avatar = player;
            player.on('OnRecvChat', (from, text) => {
                heard.push(`${from}: ${text}`);
                client.emit('heard');
            });
            client.emit('entered');
        }
    });
    const entered = event(client, 'entered');
    client.open();
    await entered;
    return {
        client,
        say: (text) => assert.ok(avatar.call('SendChat', text)),
        async hears(line) {
            while (!heard.includes(line)) await event(client, 'heard');
        },
    };
}

/** The code blocks of the guide in that language. */
async function guide(language) {
    const text = await readFile(path.join(root, 'docs/guide/clients.md'), 'utf8');
    return text.split(`\`\`\`${language}\n`).slice(1).map((part) => part.split('```')[0]);
}

/** Compiles C as the guide says, with the library of the build; returns the program. */
async function compile(t, code, ...flags) {
    const dir = await mkdtemp(path.join(tmpdir(), 'goworld-guide-'));
    t.after(() => rm(dir, { recursive: true }));
    const env = { ...process.env, PKG_CONFIG_PATH: path.join(build(), 'lib/pkgconfig') };
    const run = async (...args) => (await promisify(execFile)(args[0], args.slice(1), { env, cwd: dir })).stdout;
    await writeFile(path.join(dir, 'hello.c'), code);
    const library = (await run('pkg-config', '--cflags', '--libs', 'goworld_client')).trim().split(/\s+/);
    await run('cc', '-Wall', '-Werror', 'hello.c', ...flags, ...library, '-o', 'hello');
    return path.join(dir, 'hello');
}

/** What the fragments of the guide stand in. */
const around = (fragment) => `
#include <goworld_client.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
struct chat;
void on_typed(gwc_client *client, struct chat *chat);
void fragment(gwc_client *client, gwc_entity *player, struct chat *chat);
void fragment(gwc_client *client, gwc_entity *player, struct chat *chat)
{
(void)client, (void)player, (void)chat;
${fragment}
}`;

describe('the C client', { skip, timeout: 5 * PATIENCE_MS }, () => {
    let demo;

    before(async () => {
        demo = await startDemo();
    });
    after(() => demo?.remove());

    const addresses = {
        TCP: () => `127.0.0.1:${demo.port}`,
        'a WebSocket': () => `${demo.url.replace('http', 'ws')}ws`,
        'TCP by name': () => `tcp://localhost:${demo.port}`,
    };

    for (const [name, address] of Object.entries(addresses))
        test(`over ${name} it hears the JavaScript client, and is heard`, async (t) => {
            const who = `c-${name.replaceAll(' ', '-')}`;
            const talker = enterByC(t, address(), who);
            await talker.hears(/^\* in room 1$/);
            const other = await enterByJs(t, demo.port, `js-${who}`);
            talker.say('héllo 你好');
            await other.hears(`${who}: héllo 你好`);
            other.say('good evening');
            await talker.hears(new RegExp(`^js-${who}: good evening$`));
            talker.say('/join tea');
            await talker.hears(/^\* in room tea$/);
            assert.equal(await talker.leaves(), 0);
        });

    test('it is told why it cannot sign in', async (t) => {
        const talker = enterByC(t, addresses.TCP(), 'carl');
        await talker.hears(/^\* in room 1$/);
        assert.equal(await talker.leaves(), 0);
        const thief = enterByC(t, addresses.TCP(), 'carl', 'wrong');
        await thief.hears(/密码错误/);
        assert.deepEqual(await thief.exit, [0, null]);
    });

    test('when the server is killed and started again, it comes back and talks on', async (t) => {
        const talkers = [enterByC(t, addresses.TCP(), 'dora'), enterByC(t, addresses['a WebSocket'](), 'emil')];
        for (const talker of talkers) await talker.hears(/^\* in room 1$/);
        assert.equal(goworld(['kill', demo.dir]).code, 0);
        for (const talker of talkers) await talker.hears(/; again in \d+ ms$/);
        talkers[0].say('is anybody there?');
        await talkers[0].hears(/nobody hears this/);
        await demo.start();
        for (const talker of talkers) await talker.hears(/^\* in room 1$/);
        talkers[0].say('again');
        for (const talker of talkers) await talker.hears(/^dora: again$/);
        for (const talker of talkers) assert.equal(await talker.leaves(), 0);
    });

    test('when its network breaks it finds its room again, and hears what was said meanwhile', async (t) => {
        const wire = await startWire(t, demo.port);
        const walker = enterByC(t, `127.0.0.1:${wire.port}`, 'walker');
        await walker.hears(/^\* in room 1$/);
        walker.say('/join train');
        await walker.hears(/^\* in room train$/);
        const friend = await enterByJs(t, demo.port, 'friend');
        friend.say('/join train');
        walker.say('into the tunnel');
        await walker.hears(/^walker: into the tunnel$/);
        wire.cut();
        await walker.hears(/; again in \d+ ms$/);
        friend.say('while you were away');
        await friend.hears('friend: while you were away');
        wire.mend();
        await walker.hears(/^\* in room train$/); // not 1, where one who signs in begins
        await walker.hears(/^friend: while you were away$/);
        walker.say('out again');
        await friend.hears('walker: out again');
        assert.equal(await walker.leaves(), 0);
    });

    test('the programs of the guide talk', async (t) => {
        const ada = enterByC(t, addresses.TCP(), 'ada', 'secret');
        await ada.hears(/^\* in room 1$/);
        assert.equal(await ada.leaves(), 0);
        const [c] = await guide('c');
        const [js] = await guide('js');
        const program = await compile(t, c.replace('14001', demo.port));
        await new Talker(t, program).hears(/^ada: hello$/);
        const code = js.replaceAll("'./", `'${root}/clients/js/`).replace('14001', demo.port);
        await new Talker(t, process.execPath, '--input-type=module', '-e', code).hears(/^ada: hello$/);
    });

    test('the fragments of the guide compile', async (t) => {
        const [, ...fragments] = await guide('c');
        assert.equal(fragments.length, 3);
        for (const fragment of fragments) await compile(t, around(fragment), '-c');
    });
});

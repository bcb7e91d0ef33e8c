// The chat of clients/c in the real chatroom, beside a client of clients/js: they hear each other, also after the server
// has died and come back.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { after, before, describe, test } from 'node:test';

import { Client } from '../../clients/js/goworld.js';
import { tcp } from '../../clients/js/transport-tcp.js';
import { event } from '../../clients/js/test/fakegate.js';
import { skip, startDemo } from './demo.js';
import { command, goworld } from './goworld.js';

const PASSWORD = 'correct horse';
const PATIENCE_MS = 60_000;

/** The example in the build of the command under test. */
const chat = () => path.join(path.dirname(realpathSync(command)), '../examples/client/chat');

/** Somebody who talks by the C client: what it prints are lines to wait for. */
class Talker {
    #lines = [];
    #waiting = null;

    constructor(t, address, name, password = PASSWORD) {
        this.process = spawn(chat(), [address, name, password], { stdio: ['pipe', 'pipe', 'inherit'] });
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
            const talker = new Talker(t, address(), who);
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
        const talker = new Talker(t, addresses.TCP(), 'carl');
        await talker.hears(/^\* in room 1$/);
        assert.equal(await talker.leaves(), 0);
        const thief = new Talker(t, addresses.TCP(), 'carl', 'wrong');
        await thief.hears(/密码错误/);
        assert.deepEqual(await thief.exit, [0, null]);
    });

    test('when the server is killed and started again, it comes back and talks on', async (t) => {
        const talkers = [new Talker(t, addresses.TCP(), 'dora'), new Talker(t, addresses['a WebSocket'](), 'emil')];
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
});

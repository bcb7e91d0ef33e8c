// "Try it" of docs/guide/reload.md, as a reader does it: the chatroom in two windows of a browser, whose program is changed.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';

import { chromium } from 'playwright-core';

import { readMessage } from '../../clients/js/messages.js';
import { PacketSplitter } from '../../clients/js/packets.js';
import { blocks, sides } from '../docs/pages.js';
import { enterAs, hear, inRoom, joinByName, say } from './chatpage.js';
import { CHROMIUM } from './chromium.js';
import { skip, startDemo } from './demo.js';
import { pidOf } from './goworld.js';

const PATIENCE_MS = 30_000;
const PACKET_BYTES_MAX = 1 << 20;

/** A window at the login card, and what its server tells it: the messages of each of its connections, in order. */
async function openWindow(context, url) {
    const page = await context.newPage();
    const connections = [];
    const mistakes = [];
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', (error) => mistakes.push(error.stack));
    page.on('websocket', (socket) => {
        const told = [];
        connections.push(told);
        const splitter = new PacketSplitter(PACKET_BYTES_MAX, (payload) => told.push(readMessage(payload)));
        socket.on('framereceived', ({ payload }) => splitter.push(payload));
    });
    await page.goto(url);
    return { page, connections, mistakes };
}

const texts = ({ page }) => page.getByTestId('message').allTextContents();

/** Somebody says that, and both hear the text that comes of it. */
async function talk(windows, author, said, heard = said) {
    await say(windows[author].page, said);
    await Promise.all(Object.values(windows).map(({ page }) => hear(page, author, heard)));
}

/** Until now the window has heard these texts, on its one connection, and has been told nothing else since `before`. */
async function assertHeardOnly(window, before, heard) {
    assert.deepEqual(window.mistakes, []);
    assert.equal(window.connections.length, 1);
    const since = window.connections[0].slice(before.told);
    assert.deepEqual(since.map(({ name, body }) => [name, body.method, body.args?.at(-1)]),
        heard.map((text) => ['filteredCall', 'OnRecvChat', text]));
    assert.deepEqual(await texts(window), [...before.texts, ...heard]);
    assert.ok(await before.line.evaluate((line) => line.isConnected), 'the page was drawn anew');
}

async function note(window) {
    const line = await window.page.getByTestId('message').first().elementHandle();
    return { told: window.connections[0].length, texts: await texts(window), line };
}

async function edit(file, from, to) {
    const text = await readFile(file, 'utf8');
    assert.ok(text.includes(from), `${file} has no ${from}`);
    await writeFile(file, text.replace(from, () => to));
}

test('the page on reload tells what a reader sees in two windows', { skip }, async (t) => {
    const [demo, browser] = await Promise.all([startDemo(), chromium.launch(CHROMIUM)]);
    t.after(async () => {
        await browser.close();
        await demo.remove();
    });
    const context = await browser.newContext();
    const [ada, bob] = [await openWindow(context, demo.url), await openWindow(context, demo.url)];
    const windows = { ada, bob };
    for (const name of ['ada', 'bob']) {
        await enterAs(windows[name].page, name);
        await joinByName(windows[name].page, 'observatory');
        await inRoom(windows[name].page, 'observatory');
    }
    await talk(windows, 'ada', 'hello bob');
    await talk(windows, 'bob', 'hello ada');
    const before = { ada: await note(ada), bob: await note(bob) };
    await ada.page.getByTestId('composer').fill('half a sent');
    const oldPid = pidOf(demo.dir, 'game1');

    const [change] = blocks('docs/guide/reload.md').filter(({ language }) => language === 'diff');
    const { before: from, after: to } = sides(change.code);
    const file = path.join(demo.dir, 'Avatar.c');
    await edit(file, from, to);
    const { stdout } = await demo.reload();
    const newPid = pidOf(demo.dir, 'game1');
    assert.match(stdout, new RegExp(`^game1 goes on with the new code \\(pid ${newPid}, before ${oldPid}\\); players waited for \\d+ ms$`, 'm'));
    assert.equal(await ada.page.getByTestId('composer').inputValue(), 'half a sent');
    await talk(windows, 'bob', 'what a sky', '★ what a sky');
    await talk(windows, 'ada', 'it is full of them', '★ it is full of them');

    await edit(file, to, to.trimEnd().replace(/;$/, '\n'));
    await assert.rejects(demo.reload(), (error) => {
        assert.equal(error.code, 1);
        assert.match(error.stderr, /^Avatar\.c:\d+:\d+: error: /m);
        assert.match(error.stderr, /^goworld: .*: the build failed$/m);
        return true;
    });
    assert.equal(pidOf(demo.dir, 'game1'), newPid);
    await talk(windows, 'ada', 'still here', '★ still here');
    const heard = ['★ what a sky', '★ it is full of them', '★ still here'];
    for (const name of ['ada', 'bob']) await assertHeardOnly(windows[name], before[name], heard);
});

// People in the chatroom, each with a real browser page, on a real server.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

import { enterAs, fill, hear, inRoom, joinByName, loginStatus, register, say, see, signIn } from './chatpage.js';
import { CHROMIUM } from './chromium.js';
import { skip, startDemo } from './demo.js';
import { pidOf } from './goworld.js';
import { startWire } from './wire.js';

const SCREENSHOTS = fileURLToPath(new URL('../../build/screenshots/', import.meta.url));
const PATIENCE_MS = 30_000;

describe('chatroom', { skip }, () => {
    let demo;
    let browser;

    before(async () => {
        [demo, browser] = await Promise.all([startDemo(), chromium.launch(CHROMIUM)]);
        await mkdir(SCREENSHOTS, { recursive: true });
    });
    after(async () => {
        await browser?.close();
        await demo?.remove();
    });

    /** A page of its own at the login card. Any uncaught error in it fails the test. */
    async function openPage(t, { url = demo.url, ...options } = {}) {
        const context = await browser.newContext({ viewport: { width: 1180, height: 760 }, ...options });
        const page = await context.newPage();
        const mistakes = watchMistakes(page);
        t.after(async () => {
            await context.close();
            assert.deepEqual(mistakes, []);
        });
        page.setDefaultTimeout(PATIENCE_MS);
        await page.goto(url);
        return page;
    }

    /** A page of a person who is registered and signed in. */
    async function enter(t, name, options) {
        const page = await openPage(t, options);
        await enterAs(page, name);
        return page;
    }

    test('two people register, sign in and hear each other', async (t) => {
        const [ada, bob] = await Promise.all([enter(t, 'ada'), enter(t, 'bob')]);
        await say(ada, 'hello bob');
        await hear(bob, 'ada', 'hello bob');
        await say(bob, 'héllo ada 你好 <b>not markup</b>');
        await hear(ada, 'bob', 'héllo ada 你好 <b>not markup</b>');
        await hear(ada, 'ada', 'hello bob');
        assert.equal(await ada.getByTestId('my-name').textContent(), 'ada');
        assert.equal(await ada.locator('.group.own').count(), 1);
        assert.equal(await ada.getByTestId('connection').textContent(), 'Connected');
    });

    test('lines of one person stand together', async (t) => {
        const page = await enter(t, 'grouped');
        for (const text of ['one', 'two\nand a half', 'three']) await say(page, text);
        await hear(page, 'grouped', 'three');
        assert.equal(await page.getByTestId('group').count(), 1);
        assert.deepEqual(await page.getByTestId('message').allTextContents(), ['one', 'two\nand a half', 'three']);
    });

    test('messages do not cross rooms', async (t) => {
        const [carol, dave] = await Promise.all([enter(t, 'carol'), enter(t, 'dave')]);
        await carol.locator('[data-testid=room][data-room=tea]').click();
        await inRoom(carol, 'tea');
        await say(carol, 'only for tea');
        await hear(carol, 'carol', 'only for tea');
        await say(dave, 'only for room 1');
        await hear(dave, 'dave', 'only for room 1');
        await joinByName(dave, 'tea');
        await say(dave, 'now in tea');
        await hear(carol, 'dave', 'now in tea');
        // What was sent before has arrived before: anything that crossed would be here by now.
        assert.deepEqual(await carol.getByTestId('message').allTextContents(), ['only for tea', 'now in tea']);
        assert.deepEqual(await dave.getByTestId('message').allTextContents(), ['now in tea']);
    });

    test('a room keeps its history while one is elsewhere', async (t) => {
        const page = await enter(t, 'erin');
        await say(page, 'remember me');
        await hear(page, 'erin', 'remember me');
        await joinByName(page, '#my new room');
        await inRoom(page, 'my-new-room');
        assert.equal(await page.getByTestId('message').count(), 0);
        await page.keyboard.press('Alt+ArrowDown');
        await inRoom(page, '1');
        await hear(page, 'erin', 'remember me');
        await page.getByTestId('composer').fill('/join tea');
        await page.keyboard.press('Enter');
        await inRoom(page, 'tea');
    });

    test('an unknown command is answered in the room', async (t) => {
        const page = await enter(t, 'frank');
        await say(page, '/nosuch');
        await see(page, 'notice', '无法识别的命令：nosuch');
        await see(page, 'notice', 'Unknown command: /nosuch');
    });

    test('a wrong password and an unknown name are refused, the right one still works', async (t) => {
        const page = await openPage(t);
        await signIn(page, 'nobody-here');
        await see(page, 'login-status', '账号不存在');
        await register(page, 'grace');
        await see(page, 'login-status', '注册成功，请点击登录');
        await signIn(page, 'grace', 'wrong');
        await see(page, 'login-status', '密码错误');
        await signIn(page, 'grace');
        await inRoom(page, '1');
    });

    test('of two people who claim one name in the same moment exactly one gets it', async (t) => {
        const pages = await Promise.all([openPage(t), openPage(t)]);
        await Promise.all(pages.map((page, i) => fill(page, 'highlander', `password ${i}`)));
        await Promise.all(pages.map((page) => page.getByTestId('register').click()));
        const answers = await Promise.all(pages.map(loginStatus));
        assert.deepEqual([...answers].sort(), ['error', 'info']);
        const [winner, loser] = [answers.indexOf('info'), answers.indexOf('error')];
        await see(pages[loser], 'login-status', '这个账号已经存在');
        await pages[winner].getByTestId('login').click();
        await inRoom(pages[winner], '1');
        await pages[loser].getByTestId('login').click();
        await see(pages[loser], 'login-status', '密码错误');
    });

    test('signing out leaves nothing for the next person', async (t) => {
        const page = await enter(t, 'heidi');
        await joinByName(page, 'heidis-room');
        await inRoom(page, 'heidis-room');
        await page.getByTestId('sign-out').click();
        await page.getByTestId('login-view').waitFor();
        await enterAs(page, 'ivan');
        assert.equal(await page.locator('[data-room=heidis-room]').count(), 0);
        assert.equal(await page.getByTestId('message').count(), 0);
    });

    test('after a restart of the server everybody is back where they were', async (t) => {
        const [judy, karl] = await Promise.all([enter(t, 'judy'), enter(t, 'karl')]);
        for (const page of [judy, karl]) {
            await joinByName(page, 'attic');
            await inRoom(page, 'attic');
        }
        await say(judy, 'before');
        await say(judy, 'more than a page of it\n'.repeat(40));
        await hear(karl, 'judy', 'more than a page of it');
        await demo.stop();
        await Promise.all([judy, karl].map((page) => page.getByTestId('banner').waitFor()));
        assert.deepEqual(await Promise.all([judy, karl].map(hiddenBelow)), [0, 0]);
        await karl.screenshot({ path: `${SCREENSHOTS}lost.png` });
        await judy.getByTestId('composer').fill('after');
        assert.equal(await judy.getByTestId('send').isEnabled(), false);
        await demo.start();
        for (const page of [judy, karl]) await page.getByTestId('banner').waitFor({ state: 'hidden' });
        // Karl's own line tells that the server has put him into the room again.
        await say(karl, 'I am back');
        await hear(karl, 'karl', 'I am back');
        await judy.getByTestId('send').click();
        await hear(karl, 'judy', 'after');
        assert.deepEqual((await karl.getByTestId('message').allTextContents()).at(0), 'before');
    });

    test('of two windows of one account the later one stays, the other waits to be asked', async (t) => {
        const first = await enter(t, 'lena');
        await joinByName(first, 'attic');
        await inRoom(first, 'attic');
        await say(first, 'from the first');
        await hear(first, 'lena', 'from the first');
        const second = await openPage(t);
        const replaced = (page) => see(page, 'banner', 'You signed in in another window.');
        await signIn(second, 'lena');
        await inRoom(second, 'attic');
        await replaced(first);
        // A page that comes back by itself does so within a second.
        await first.waitForTimeout(1500);
        assert.equal(await first.getByTestId('connection').textContent(), 'Not connected');
        assert.equal(await second.getByTestId('banner').isVisible(), false);
        await first.screenshot({ path: `${SCREENSHOTS}replaced.png` });
        await first.getByTestId('retry').click();
        await first.getByTestId('banner').waitFor({ state: 'hidden' });
        await inRoom(first, 'attic');
        await hear(first, 'lena', 'from the first');
        await replaced(second);
        await say(first, 'here again');
        await hear(first, 'lena', 'here again');
    });

    test('whose network breaks finds the room and what was said meanwhile', async (t) => {
        const { port } = new URL(demo.url);
        const wire = await startWire(t, Number(port));
        const [walker, friend] = await Promise.all([
            enter(t, 'walker', { url: `http://127.0.0.1:${wire.port}/` }),
            enter(t, 'friend'),
        ]);
        for (const page of [walker, friend]) {
            await joinByName(page, 'train');
            await inRoom(page, 'train');
        }
        await say(walker, 'into the tunnel');
        await hear(friend, 'walker', 'into the tunnel');
        const before = await returnedClients();
        wire.cut();
        await see(walker, 'banner', 'Connection lost. Reconnecting…');
        await say(friend, 'while you were away');
        await hear(friend, 'friend', 'while you were away');
        wire.mend();
        await hear(walker, 'friend', 'while you were away');
        await walker.getByTestId('banner').waitFor({ state: 'hidden' });
        await say(walker, 'out again');
        await hear(friend, 'walker', 'out again');
        await inRoom(walker, 'train');
        assert.equal(await returnedClients(), before + 1);
    });

    /** How often a client has found its player again. */
    async function returnedClients() {
        const metrics = await (await fetch(new URL('/metrics', demo.url))).text();
        return Number(/^goworld_gate_returned_clients_total\S* (\d+)$/m.exec(metrics)[1]);
    }

    test('a game that died is no other window: the page comes back with it', async (t) => {
        const page = await enter(t, 'nina');
        process.kill(pidOf(demo.dir, 'game1'), 'SIGKILL');
        await see(page, 'banner', 'Connection lost. Reconnecting…');
        await page.getByTestId('banner').waitFor({ state: 'hidden' });
        await say(page, 'back again');
        await hear(page, 'nina', 'back again');
    });

    test('while there is no game the page waits for one', async (t) => {
        const page = await enter(t, 'olaf');
        process.kill(pidOf(demo.dir, 'game1'), 'SIGTERM');
        await see(page, 'banner', 'Connection lost. Reconnecting…');
        // Until there is a game the cluster closes every client that comes.
        for (let refused = 0; refused < 2; refused++) await page.waitForEvent('websocket');
        await see(page, 'banner', 'Connection lost. Reconnecting…');
        await demo.start();
        await page.getByTestId('banner').waitFor({ state: 'hidden' });
        await say(page, 'back again');
        await hear(page, 'olaf', 'back again');
    });

    test('it looks well on a desk, on a phone and in the dark', async (t) => {
        const card = await openPage(t);
        await card.getByTestId('login').waitFor();
        await card.screenshot({ path: `${SCREENSHOTS}login.png` });
        const people = {
            mia: await enter(t, 'mia'),
            noah: await enter(t, 'noah', { colorScheme: 'dark' }),
            'olga k': await enter(t, 'olga k', { viewport: { width: 390, height: 844 }, isMobile: true }),
        };
        for (const page of Object.values(people)) {
            await joinByName(page, 'games');
            await inRoom(page, 'games');
        }
        const lines = [
            ['mia', 'Anyone up for a round tonight?'], ['mia', 'I still need two for the dungeon.'],
            ['noah', 'In! Give me ten minutes.'], ['olga k', 'Me too, healer as always 🙂'],
            ['noah', 'The map is at https://example.org/map if you want to look first.'],
            ['mia', 'Great. See you at the gate.'], ['olga k', 'On my way'],
        ];
        for (const [name, text] of lines) {
            await say(people[name], text);
            await Promise.all(Object.values(people).map((page) => hear(page, name, text)));
        }
        await say(people.mia, '/dance');
        await see(people.mia, 'notice', 'Unknown command');
        await people.mia.screenshot({ path: `${SCREENSHOTS}desktop.png` });
        await people.noah.screenshot({ path: `${SCREENSHOTS}dark.png` });
        await people['olga k'].screenshot({ path: `${SCREENSHOTS}phone.png` });
        for (const page of Object.values(people)) assert.equal(await overflow(page), 0);
    });
});

/** Collects what must not happen in a page: exceptions, and what its own policy forbids. */
function watchMistakes(page) {
    const mistakes = [];
    page.on('pageerror', (error) => mistakes.push(error.stack));
    page.on('console', (message) => {
        if (/Content.Security.Policy|TrustedHTML/.test(message.text())) mistakes.push(message.text());
    });
    return mistakes;
}

/** How many pixels of the history lie below what is shown, once the page has been painted. */
const hiddenBelow = (page) =>
    page.evaluate(async () => {
        for (let frames = 0; frames < 2; frames++) await new Promise(requestAnimationFrame);
        const { scrollHeight, scrollTop, clientHeight } = document.querySelector('[data-testid=log]');
        if (scrollHeight <= clientHeight) throw new Error('all of the history is shown');
        return Math.round(scrollHeight - scrollTop - clientHeight);
    });

/** How many pixels the page is wider than its window. */
const overflow = (page) =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

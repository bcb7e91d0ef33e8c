// Players of the Unity demo, each with a real browser page, on two real games.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { chromium } from 'playwright-core';

import { CHROMIUM } from './chromium.js';
import { skip, startDemo } from './demo.js';

const PATIENCE_MS = 30_000;

describe('arena', { skip }, () => {
    let demo;
    let browser;

    before(async () => {
        [demo, browser] = await Promise.all([startDemo({ example: 'unity_demo' }), chromium.launch(CHROMIUM)]);
    });
    after(async () => {
        await browser?.close();
        await demo?.remove();
    });

    /** A page of its own, where somebody has logged in. Any uncaught error in it fails the test. */
    async function play(t, name, password = 'secret') {
        const context = await browser.newContext();
        const page = await context.newPage();
        const mistakes = [];
        page.on('pageerror', (error) => mistakes.push(error.stack));
        t.after(async () => {
            await context.close();
            assert.deepEqual(mistakes, []);
        });
        page.setDefaultTimeout(PATIENCE_MS);
        await page.goto(demo.url);
        await page.getByTestId('username').fill(name);
        await page.getByTestId('password').fill(password);
        await page.getByTestId('play').click();
        return page;
    }

    const see = (page, id, text) => page.getByTestId(id).filter({ hasText: text }).waitFor();

    test('players meet, monsters come, and who does nothing dies and gets a new life', async (t) => {
        const [ada, bob] = [await play(t, 'ada'), await play(t, 'bob')];
        await see(ada, 'in-sight', '2 players');
        await see(bob, 'in-sight', /2 players, [1-9]\d* monster/);
        await see(ada, 'over-title', 'You died');
        await ada.getByTestId('again').click();
        await ada.locator('#my-health[aria-valuenow="100"]').waitFor();
    });

    test('another space has others in it', async (t) => {
        const page = await play(t, 'eve');
        for (const kind of ['2', '3', '1']) {
            await page.getByTestId('places').getByText(kind).click();
            await page.locator('#places [aria-pressed="true"]').filter({ hasText: kind }).waitFor();
        }
    });

    test('a wrong password is refused in the words of the server', async (t) => {
        const page = await play(t, 'dan');
        await page.getByTestId('leave').click();
        const other = await play(t, 'dan', 'wrong');
        await see(other, 'status', 'Invalid password or username');
    });
});

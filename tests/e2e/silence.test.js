// Clients that say nothing, at a gate that does not wait for them for ever.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';

import { Client } from '../../clients/js/goworld.js';
import { tcp } from '../../clients/js/transport-tcp.js';
import { skip, startDemo } from './demo.js';

const SILENCE_S = 3;
const BEAT_MS = 100;

describe('heartbeat_check_interval', { skip, timeout: 60_000 }, () => {
    let demo;

    before(async () => {
        demo = await startDemo({ gate: `heartbeat_check_interval=${SILENCE_S}` });
    });
    after(() => demo?.remove());

    test('a silent client is closed, one that only sends heartbeats stays', async (t) => {
        const client = new Client({ connect: tcp(demo.port), heartbeatMs: BEAT_MS });
        t.after(() => client.close());
        let losses = 0;
        client.on('close', () => losses++);
        client.open();
        const [account] = await new Promise((resolve) => client.on('player', (...args) => resolve(args)));

        const silent = net.connect(demo.port, '127.0.0.1');
        const began = performance.now();
        await once(silent.resume(), 'close');
        assert.ok(performance.now() - began > SILENCE_S * 1000 - 100, 'it was closed too early');

        const answered = new Promise((resolve) => account.on('ShowError', resolve));
        account.call('Login', 'nobody', 'secret');
        await answered;
        assert.equal(losses, 0);
        const metrics = await (await fetch(new URL('metrics', demo.url))).text();
        assert.match(metrics, /^goworld_gate_silent_clients_total\S* 1$/m);
    });
});

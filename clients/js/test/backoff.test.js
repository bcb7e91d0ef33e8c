// The delays between attempts.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { backoffMs } from '../backoff.js';

const delays = (random, count) =>
    Array.from({ length: count }, (_, i) => backoffMs(i + 1, { firstMs: 500, maxMs: 3000, random }));

test('the delay doubles up to its limit', () => {
    assert.deepEqual(delays(() => 1, 5), [500, 1000, 2000, 3000, 3000]);
    assert.equal(backoffMs(10_000, { firstMs: 500, maxMs: 3000, random: () => 1 }), 3000);
});

test('at most half of the delay is left to chance', () => {
    assert.deepEqual(delays(() => 0, 3), [250, 500, 1000]);
});

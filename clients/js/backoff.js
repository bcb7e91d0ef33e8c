// How long to wait before the next attempt to connect.

/**
 * Doubles from firstMs up to maxMs, then takes a random half off, so that the clients of a gate
 * that went down do not all come back in the same moment. `attempt` counts from 1.
 */
export function backoffMs(attempt, { firstMs, maxMs, random }) {
    const ceiling = Math.min(maxMs, firstMs * 2 ** Math.min(attempt - 1, 30));
    return Math.round(ceiling * (0.5 + random() / 2));
}

// Ports for servers under test.
import { once } from 'node:events';
import net from 'node:net';

// Below the range from which systems take ports for outgoing connections: nobody else comes upon one by chance between
// the look and the use.
const FIRST = 10_000;
const LAST = 31_999;

/** As many different ports on which nobody listens. */
export async function freePorts(count) {
    const ports = new Set();
    while (ports.size < count) {
        const port = FIRST + Math.floor(Math.random() * (LAST - FIRST + 1));
        if (await isFree(port)) ports.add(port);
    }
    return [...ports];
}

async function isFree(port) {
    const server = net.createServer();
    try {
        await once(server.listen(port, '127.0.0.1'), 'listening');
    } catch {
        return false;
    }
    await once(server.close(), 'close');
    return true;
}

// A wire between a client and a server, which a test cuts and mends.
import { once } from 'node:events';
import net from 'node:net';

/** Listens on a port of its own and passes all on to that of the server. */
export async function startWire(t, serverPort) {
    const sockets = new Set();
    let isCut = false;
    const server = net.createServer((near) => {
        if (isCut) {
            near.destroy();
            return;
        }
        const far = net.connect(serverPort, '127.0.0.1');
        for (const [from, to] of [[near, far], [far, near]]) {
            sockets.add(from);
            from.on('error', () => {});
            from.on('close', () => sockets.delete(from) && to.destroy());
            from.pipe(to);
        }
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const cut = () => {
        isCut = true;
        for (const socket of sockets) socket.resetAndDestroy();
    };
    t.after(() => {
        cut();
        server.close();
    });
    return { port: server.address().port, cut, mend: () => (isCut = false) };
}

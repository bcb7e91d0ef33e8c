// A byte stream over TCP or TLS, for node only.
import net from 'node:net';
import tls from 'node:tls';

const CLOSE_TIMEOUT_MS = 1000;

/**
 * A function that connects to host:port. `options.tls` (options of tls.connect, or {}) is for gates
 * with encrypt_connection=1. The contract is that of websocket() in transport-ws.js.
 */
export function tcp(port, host = '127.0.0.1', options = {}) {
    return (handlers) => openSocket(dial(port, host, options.tls), options, handlers);
}

function dial(port, host, tlsOptions) {
    const socket = tlsOptions ? tls.connect({ port, host, ...tlsOptions }) : net.connect({ port, host });
    // A call is small and urgent; it must not wait for the acknowledgement of the one before.
    return socket.setNoDelay(true);
}

function openSocket(socket, options, { open, data, close }) {
    let over = false;
    let failure = new Error('the server closed the connection');
    const unlessOver = (handle) => (arg) => over || handle(arg);
    socket.on(options.tls ? 'secureConnect' : 'connect', unlessOver(open));
    socket.on('data', unlessOver(data));
    socket.on('error', (error) => (failure = error));
    socket.on('close', unlessOver(() => close(failure)));
    return {
        send: (bytes) => socket.write(bytes),
        close: () => {
            over = true;
            finish(socket);
        },
        get buffered() {
            return socket.writableLength;
        },
    };
}

/** Sends what was written, then ends; a peer that does not read it gets a moment. */
function finish(socket) {
    if (socket.connecting) socket.destroy();
    else socket.setTimeout(CLOSE_TIMEOUT_MS, () => socket.destroy()).destroySoon();
}

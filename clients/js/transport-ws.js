// A byte stream over a WebSocket. Frame borders mean nothing: the stream is cut by its lengths.
import { ProtocolError } from './wire.js';

/**
 * A function that connects to `url` (ws://host/ws or wss://host/ws). Where there is no global
 * WebSocket (node before 22), pass the constructor of the package `ws`.
 *
 * Every transport is such a function: it takes {open(), data(bytes), close(error?)} and returns
 * {send(bytes), close(), buffered}. After close, from either side, it calls nothing any more. An error
 * has `code` and `reason` where the peer's close frame has told them.
 */
export function websocket(url, { WebSocket = globalThis.WebSocket } = {}) {
    if (!WebSocket) throw new TypeError('no global WebSocket: pass the one of the package ws');
    return (handlers) => openSocket(new WebSocket(url), handlers);
}

function openSocket(socket, handlers) {
    socket.binaryType = 'arraybuffer';
    const finish = (error) => {
        detach(socket);
        socket.close();
        handlers.close(error);
    };
    socket.onopen = () => handlers.open();
    socket.onmessage = ({ data }) => receive(data, handlers, finish);
    // What went wrong is hidden from a page on purpose; "close" follows with the code.
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) =>
        finish(Object.assign(new Error(closeText(code, reason)), { code, reason }));
    return {
        send: (bytes) => socket.send(bytes),
        close: () => closeQuietly(socket),
        get buffered() {
            return socket.bufferedAmount;
        },
    };
}

function receive(data, handlers, finish) {
    if (data instanceof ArrayBuffer) handlers.data(new Uint8Array(data));
    else finish(new ProtocolError('a text frame on a binary stream'));
}

function closeText(code, reason) {
    return `WebSocket closed, code ${code}${reason ? `: ${reason}` : ''}`;
}

function detach(socket) {
    socket.onopen = socket.onmessage = socket.onclose = null;
    // ws throws an error that nobody listens to, also one that comes after close().
    socket.onerror = () => {};
}

function closeQuietly(socket) {
    detach(socket);
    socket.close();
}

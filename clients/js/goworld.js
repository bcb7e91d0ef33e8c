// The entry of the library, for browsers and node alike: everything but the TCP transport.
export { Client } from './client.js';
export { Entity } from './entity.js';
export { Ext, f32, f64 } from './msgpack.js';
export { ProtocolError } from './wire.js';
export { websocket } from './transport-ws.js';

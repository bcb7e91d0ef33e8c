// Types of the TCP transport, for node only.
import type { Transport } from './goworld.js';

/** Connects to a gate's listen_addr; `tls` (options of tls.connect) is for encrypt_connection=1. */
export function tcp(port: number, host?: string, options?: { tls?: object }): Transport;

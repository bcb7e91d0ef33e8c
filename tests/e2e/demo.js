// An example as a real cluster: a copy of it in a temporary folder, on ports of its own.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { freePorts } from './ports.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const GOWORLD = process.env.GOWORLD ?? path.join(ROOT, 'bin/goworld');
const ADDRESS = /^(\s*\w+_addr\s*[=:]\s*(?:[\w.]+:)?)(\d+)/gm;
const LOG_TAIL_BYTES = 4000;

/** Why there is nothing to test, or false. */
export const skip = existsSync(GOWORLD) ? false : `no ${GOWORLD}: run make first`;

/** Builds and starts a copy of the demo; `settings` as those of buildDemo. */
export async function startDemo(settings) {
    const demo = await buildDemo(settings);
    await demo.start();
    return demo;
}

/** Builds a copy of the example; `gate` is more settings of its gate, as they stand in the ini file. */
export async function buildDemo({ gate = '', example = 'chatroom_demo' } = {}) {
    const parent = await mkdtemp(path.join(tmpdir(), 'goworld-chat-'));
    const dir = path.join(parent, example);
    await cp(path.join(ROOT, 'examples', example), dir, { recursive: true, filter: isSource });
    const config = path.join(dir, 'goworld.ini');
    const { url, port } = await useFreePorts(config);
    await writeFile(config, (await readFile(config, 'utf8')).replace(/^\[gate1\]$/m, `$&\n${gate}`));
    const goworld = (...command) => run(dir, '-configfile', config, ...command, dir);
    const demo = {
        dir,
        url,
        /** Where the gate takes TCP clients. */
        port,
        start: () => goworld('start'),
        stop: () => goworld('stop'),
        /** Compiles what lies there now, and lets the game go on with it. */
        reload: () => goworld('reload', '-build'),
        /** Fails when a process is down. */
        status: () => goworld('status'),
        /** A number on the /metrics of a process, by its name without "goworld_". */
        async metric(process, name) {
            const address = setting(await readFile(config, 'utf8'), process, 'http_addr');
            const text = await (await fetch(`http://${address}/metrics`)).text();
            return Number(new RegExp(`^goworld_${name}(?:{.*})? (\\S+)$`, 'm').exec(text)[1]);
        },
        /** Stops what runs and removes the copy. */
        async remove() {
            if (await isRunning(dir)) await goworld('stop').catch(() => goworld('kill'));
            await rm(parent, { recursive: true, force: true });
        },
    };
    await goworld('build');
    return demo;
}

/** Whether something of it is left that names itself by a pid file. */
async function isRunning(dir) {
    const names = await readdir(path.join(dir, 'run')).catch(() => []);
    return names.some((name) => name.endsWith('.pid'));
}

/** What somebody's own server left in the example does not belong in a copy. */
function isSource(file) {
    const name = path.basename(file);
    const isProgram = name === path.basename(path.dirname(file)); // named like its folder
    return name !== 'run' && !name.endsWith('.o') && !isProgram;
}

async function run(dir, ...args) {
    try {
        return await promisify(execFile)(GOWORLD, args, { maxBuffer: 1 << 24 });
    } catch (error) {
        error.message += `\n${error.stdout}${error.stderr}${await logTails(path.join(dir, 'run'))}`;
        throw error;
    }
}

/** The end of every log of the server: why it failed. */
async function logTails(runDir) {
    const names = await readdir(runDir).catch(() => []);
    const logs = names.filter((name) => name.endsWith('.log'));
    const tails = logs.map(async (name) => {
        const text = await readFile(path.join(runDir, name), 'utf8');
        return `\n--- ${name}\n${text.slice(-LOG_TAIL_BYTES)}`;
    });
    return (await Promise.all(tails)).join('');
}

/** Replaces every port of the ini file; returns where the gate serves its page and TCP. */
export async function useFreePorts(config) {
    const text = await readFile(config, 'utf8');
    const old = [...new Set([...text.matchAll(ADDRESS)].map((match) => match[2]))];
    const fresh = await freePorts(old.length);
    const portOf = new Map(old.map((port, i) => [port, fresh[i]]));
    const changed = text.replace(ADDRESS, (_, key, port) => key + portOf.get(port));
    await writeFile(config, changed);
    const port = setting(changed, 'gate1', 'listen_addr').split(':').at(-1);
    return { url: `http://${setting(changed, 'gate1', 'http_addr')}/`, port: Number(port) };
}

/** What a key of a section of the ini file says. */
function setting(text, section, key) {
    const [, keys] = new RegExp(`^\\[${section}\\]([^[]*)`, 'm').exec(text);
    return new RegExp(`^\\s*${key}\\s*[=:]\\s*(\\S+)`, 'm').exec(keys)[1];
}

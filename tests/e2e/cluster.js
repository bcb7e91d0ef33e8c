// A cluster of real processes of one game, each a child of the test: it can be killed, stopped and started again.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync, closeSync, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { freePorts } from './ports.js';

const HERE = path.dirname(fileURLToPath(import.meta.url));
export const GOWORLD = process.env.GOWORLD ?? path.join(HERE, '../../bin/goworld');
const KINDS = ['dispatcher', 'game', 'gate'];
/** Signals that a process gets from its own mistakes only. */
const BUGS = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGABRT']);
const LOG_TAIL_BYTES = 2000;

/** Why there is nothing to test, or false. */
export const skip = existsSync(GOWORLD) ? false : `no ${GOWORLD}: run make first`;

/** Builds the game and starts `counts` ({dispatcher, game, gate}) processes of each kind, but for those named in
 * `without`. `game`: its folder, from here. `home`: where the ini and so the state lie, if not in a folder of the
 * cluster's own. */
export async function startCluster(counts, { home, game = 'mesh', without = [] } = {}) {
    const cluster = new Cluster(counts, path.join(HERE, game));
    const isOurs = (name) => !without.includes(name);
    try {
        await cluster.prepare(home);
        for (const kind of KINDS)
            await Promise.all(cluster.namesOf(kind).filter(isOurs).map((name) => cluster.start(name)));
    } catch (error) {
        error.message += await cluster.logTails();
        await cluster.remove();
        throw error;
    }
    return cluster;
}

class Cluster {
    #counts;
    #source;
    #parent;
    #ports = new Map(); // of each process: {listen, http}
    #crashes = [];
    #children = new Map();
    /** Further variables of the environment of what is started. */
    env = {};

    constructor(counts, source) {
        this.#counts = counts;
        this.#source = source;
    }

    namesOf(kind) {
        return Array.from({ length: this.#counts[kind] }, (_, i) => `${kind}${i + 1}`);
    }

    get names() {
        return KINDS.flatMap((kind) => this.namesOf(kind));
    }

    async prepare(home) {
        this.#parent = await mkdtemp(path.join(tmpdir(), 'goworld-mesh-'));
        this.dir = path.join(this.#parent, path.basename(this.#source));
        this.ini = path.join(home ?? this.#parent, 'goworld.ini');
        this.logs = path.join(this.#parent, 'logs');
        await cp(this.#source, this.dir, { recursive: true, filter: (file) => path.basename(file) !== 'run' });
        await mkdir(this.logs);
        const ports = await freePorts(this.names.length * 2);
        for (const name of this.names) this.#ports.set(name, { listen: ports.pop(), http: ports.pop() });
        await writeFile(this.ini, this.#iniText());
        await promisify(execFile)(GOWORLD, ['-configfile', this.ini, 'build', this.dir], { maxBuffer: 1 << 24 });
    }

    #iniText() {
        const section = (name) => {
            const { listen, http } = this.#ports.get(name);
            const address = name.startsWith('game') ? '' : `listen_addr=127.0.0.1:${listen}\n`;
            const advertised = name.startsWith('dispatcher') ? `advertise_addr=127.0.0.1:${listen}\n` : '';
            return `[${name}]\n${address}${advertised}http_addr=127.0.0.1:${http}\n`;
        };
        return `[deployment]
desired_dispatchers=${this.#counts.dispatcher}
desired_games=${this.#counts.game}
desired_gates=${this.#counts.gate}
[game_common]
boot_entity=Account
${this.names.map(section).join('')}`;
    }

    /** Starts a process of that name; returns it, and what it has said: that it serves, or why not. `more`: further
     * arguments; `program`: another one than the cluster's game. */
    async #spawn(name, more, program) {
        const [, kind, number] = /^([a-z]+)(\d+)$/.exec(name);
        const command = kind === 'game' ? [program ?? path.join(this.dir, path.basename(this.dir))] : [GOWORLD, kind];
        const flag = kind === 'dispatcher' ? '-dispid' : '-gid';
        const log = openSync(path.join(this.logs, `${name}.log`), 'a');
        const child = spawn(command[0], [...command.slice(1), flag, number, '-configfile', this.ini, ...more], {
            cwd: this.dir,
            env: { ...process.env, ...this.env, GOWORLD_READY_FD: '3' },
            stdio: ['ignore', log, log, 'pipe'],
        });
        closeSync(log);
        child.on('exit', (_, signal) => BUGS.has(signal) && this.#crashes.push(`${name} was ended by ${signal}`));
        const heard = Promise.race([once(child.stdio[3], 'data'), once(child, 'exit')]);
        return { child, word: heard.then(([word]) => String(word).trim()) };
    }

    /** Returns when the process says that it serves. `more`: further arguments. */
    async start(name, ...more) {
        const { child, word } = await this.#spawn(name, more);
        this.#children.set(name, child);
        if (!(await word).startsWith('ready')) throw new Error(`${name} does not serve: ${await word}`);
    }

    /** Starts a process beside the game that is to take over from it, and hands it to `meanwhile`; returns what it says.
     * Then it is the game, and the old one has ended; or that is still the game. */
    async succeed(name, { program, meanwhile } = {}) {
        const old = this.#children.get(name);
        const { child, word } = await this.#spawn(name, ['-succeed'], program);
        await meanwhile?.(child, old);
        const said = await word;
        const loser = said.startsWith('ready') ? old : child;
        if (loser === old) this.#children.set(name, child);
        if (loser.exitCode === null && loser.signalCode === null) await once(loser, 'exit');
        return said;
    }

    pid(name) {
        return this.#children.get(name).pid;
    }

    signal(name, signal) {
        this.#children.get(name).kill(signal);
    }

    /** kill -9, or another signal; returns when it is dead, and by which signal. */
    async kill(name, signal = 'SIGKILL') {
        const child = this.#children.get(name);
        if (child.exitCode !== null || child.signalCode !== null) return child.signalCode;
        const exit = once(child, 'exit');
        child.kill(signal);
        await exit;
        return child.signalCode;
    }

    /** Lets a game freeze into its file; returns when it has ended. */
    async freeze(name) {
        const child = this.#children.get(name);
        const exit = once(child, 'exit');
        child.kill('SIGHUP');
        const [code] = await exit;
        if (code !== 0) throw new Error(`${name} has not frozen: it ended with ${code}${await this.logTails()}`);
    }

    /** What a game is frozen into. */
    frozenPath(name) {
        return path.join(path.dirname(this.ini), 'run', `${name}_freezed.dat`);
    }

    /** Where a gate takes TCP clients, or a dispatcher games and gates. */
    port(name) {
        return this.#ports.get(name).listen;
    }

    /** The numbers on a process's /metrics, by name without "goworld_"; of those by type, "name/Type". */
    async metrics(name) {
        const reply = await fetch(`http://127.0.0.1:${this.#ports.get(name).http}/metrics`);
        const lines = (await reply.text()).matchAll(/^goworld_(\w+)\{(?:type="(\w+)")?[^}]*\} (\S+)$/gm);
        return Object.fromEntries([...lines].map(([, key, type, value]) => [type ? `${key}/${type}` : key, Number(value)]));
    }

    /** The sum of a metric over all processes of a kind. */
    async total(kind, metric) {
        const all = await Promise.all(this.namesOf(kind).map((name) => this.metrics(name)));
        return all.reduce((sum, metrics) => sum + metrics[metric], 0);
    }

    async logTails() {
        const tails = this.names.map(async (name) => {
            const text = await readFile(path.join(this.logs, `${name}.log`), 'utf8').catch(() => '');
            return `\n--- ${name}\n${text.slice(-LOG_TAIL_BYTES)}`;
        });
        return (await Promise.all(tails)).join('');
    }

    /** Fails when a process has died by itself, or its log tells of a bug of ours. */
    async assertSound() {
        if (this.#crashes.length) throw new Error(`${this.#crashes.join('\n')}${await this.logTails()}`);
        for (const name of this.names) {
            const text = await readFile(path.join(this.logs, `${name}.log`), 'utf8');
            const bug = /^.*(AddressSanitizer|runtime error|LeakSanitizer|assertion).*$/m.exec(text);
            if (bug) throw new Error(`${name}: ${bug[0]}\n${text.slice(-4 * LOG_TAIL_BYTES)}`);
        }
    }

    /** Ends what runs and removes the folder. */
    async remove() {
        for (const kind of [...KINDS].reverse())
            await Promise.all(this.namesOf(kind).map((name) => this.#children.has(name) && this.kill(name)));
        if (this.#parent) await rm(this.#parent, { recursive: true, force: true });
    }
}

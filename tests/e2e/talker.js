// A client under test that never falls silent: it numbers its calls, and knows which answers have come and which have not.
import { EventEmitter, once } from 'node:events';

import { Client } from '../../clients/js/goworld.js';
import { tcp } from '../../clients/js/transport-tcp.js';

const TALK_MS = 10;

/** Emits "heard" for each echo and "welcome" for each new player. */
export class Talker extends EventEmitter {
    closes = 0;
    /** How often it was given a player. */
    players = 0;
    /** Of the present player: the number asked last, and the one answered last. */
    asked = 0;
    answered = 0;
    /** Answers that were left out; that came twice, out of order or to no question, or were counted wrong; since the player
     * came. */
    missing = 0;
    wrong = 0;
    gameid = 0;
    /** The id of the arena on the game that has welcomed it. */
    arena = null;
    #timer = null;

    constructor(cluster, gate) {
        super();
        this.gate = gate;
        this.client = new Client({ connect: tcp(cluster.port(gate)), reconnectFirstMs: 50, reconnectMaxMs: 400 });
        this.client.on('close', () => {
            this.closes++;
            this.gameid = 0;
        });
        this.client.on('player', (player) => this.#welcome(player));
        this.client.open();
        this.#timer = setInterval(() => this.#talk(), TALK_MS);
    }

    #welcome(player) {
        this.players++;
        this.asked = this.answered = this.missing = this.wrong = 0;
        this.player = player;
        player.on('OnWelcome', (gameid, arena) => {
            this.gameid = gameid;
            this.arena = arena;
            this.emit('welcome');
        });
        player.on('OnEcho', (number, count) => this.#hear(number, count));
    }

    #talk() {
        if (this.gameid && this.player.call('Echo', this.asked + 1)) this.asked++;
    }

    /** `count`: how many the game has answered, if it counts. */
    #hear(number, count = number) {
        if (number <= this.answered || number > this.asked) this.wrong++;
        else this.missing += number - this.answered - 1;
        if (!this.missing && count !== number) this.wrong++;
        this.answered = Math.max(this.answered, number);
        this.emit('heard');
    }

    /** The dispatcher (from 1) that serves its player. */
    dispatcher(count) {
        const id = this.player.id;
        return ((id.charCodeAt(14) * 256 + id.charCodeAt(15)) % count) + 1;
    }

    /** Until something that is said from now on was answered, over whatever connection. */
    async served() {
        while (!this.gameid) await once(this, 'welcome');
        let { player, asked } = this;
        while (this.answered <= asked || this.player !== player) {
            await once(this, 'heard');
            if (this.player !== player) ({ player, asked } = this);
        }
    }

    close() {
        clearInterval(this.#timer);
        this.client.close();
    }
}

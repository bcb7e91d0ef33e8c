// The card where one signs in or makes an account.
import { byId } from './dom.js';

export class LoginView {
    #view = byId('login');
    #form = byId('login-form');
    #status = byId('login-status');

    /** Calls onLogin or onRegister with name and password. */
    constructor({ onLogin, onRegister }) {
        this.#form.addEventListener('submit', (event) => {
            event.preventDefault();
            this.#say('');
            const go = event.submitter?.name === 'register' ? onRegister : onLogin;
            go(this.#form.username.value.trim(), this.#form.password.value);
        });
    }

    show() {
        if (!this.#view.hidden) return;
        this.#view.hidden = false;
        this.#form.username.focus();
    }

    /** The password goes with the card: what the page still needs of it, the session has. */
    hide() {
        this.#view.hidden = true;
        this.#form.password.value = '';
        this.#say('');
    }

    set enabled(enabled) {
        for (const button of this.#form.querySelectorAll('button')) button.disabled = !enabled;
    }

    info(...content) {
        this.#say('info', ...content);
        this.#form.login.focus();
    }

    error(...content) {
        this.#say('error', ...content);
        this.#form.password.select();
    }

    #say(kind, ...content) {
        this.#status.dataset.kind = kind;
        this.#status.replaceChildren(...content);
    }
}

// Named events with any number of listeners each.

export class Emitter {
    #listeners = new Map();

    /** Listens to an event; the returned function ends that. */
    on(name, listener) {
        const listeners = this.#listeners.get(name) ?? new Set();
        this.#listeners.set(name, listeners.add(listener));
        return () => listeners.delete(listener);
    }

    /** Listens for one occurrence. */
    once(name, listener) {
        const off = this.on(name, (...args) => {
            off();
            listener(...args);
        });
        return off;
    }

    /** Calls the listeners; returns how many there were. */
    emit(name, ...args) {
        const listeners = [...(this.#listeners.get(name) ?? [])];
        for (const listener of listeners) callSafely(listener, args);
        return listeners.length;
    }
}

/** A listener's own mistake must not break the packet stream: it surfaces as an uncaught error. */
function callSafely(listener, args) {
    try {
        listener(...args);
    } catch (error) {
        (globalThis.reportError ?? throwLater)(error);
    }
}

/** What reportError does in a browser: node has none. */
function throwLater(error) {
    queueMicrotask(() => {
        throw error;
    });
}

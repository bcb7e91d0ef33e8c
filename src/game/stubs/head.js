// What clients call on the server and handle, with a class for each type of entity. `goworld schema -js` made this
// of the game's own table: make it anew when that has changed.

/** @type {(min: number | bigint, max: number | bigint) => (value: any) => boolean} */
const integer = (min, max) => (value) =>
    (Number.isSafeInteger(value) || typeof value === 'bigint') && value >= min && value <= max;
/** @param {any} value */
const number = (value) => typeof value === 'number';
/** @param {any} value */
const object = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a value fits a type of the schema. @type {Record<string, (value: any) => boolean>} */
const FITS = {
    bool: (value) => typeof value === 'boolean',
    i8: integer(-128, 127),
    i16: integer(-32768, 32767),
    i32: integer(-(2 ** 31), 2 ** 31 - 1),
    i64: integer(-(2n ** 63n), 2n ** 63n - 1n),
    u8: integer(0, 255),
    u16: integer(0, 65535),
    u32: integer(0, 2 ** 32 - 1),
    u64: integer(0, 2n ** 64n - 1n),
    f32: number,
    f64: number,
    id: (value) => typeof value === 'string' && (value.length === 16 || value === ''),
    vec3: (value) => object(value) && number(value.X) && number(value.Y) && number(value.Z),
    map: (value) => object(value) && !(value instanceof Uint8Array),
    list: Array.isArray,
    str: (value) => typeof value === 'string' && !value.includes('\0'),
    bytes: (value) => value instanceof Uint8Array,
};

/**
 * An entity of the client library, of a type that is known.
 * @template {{ attrs: object, client: object }} Shape
 */
class Stub {
    static type = '';
    /** @type {string[]} */
    static attributes = [];
    /** What the server calls; null: the game does not tell. @type {string[] | null} */
    static handled = [];

    /** @param {any} entity that the client library has announced */
    constructor(entity) {
        const { type } = /** @type {typeof Stub} */ (this.constructor);
        if (entity.type !== type) throw new TypeError(`this entity is of type ${entity.type}, not ${type}`);
        this.entity = entity;
    }

    /** @returns {Readonly<Shape['attrs']>} */
    get attrs() {
        return this.entity.attrs;
    }

    /**
     * Handles a call from the server; returns a function that ends it.
     * @template {string & keyof Shape['client']} Method
     * @param {Method} method
     * @param {Shape['client'][Method]} handler
     * @returns {() => void}
     */
    on(method, handler) {
        const { handled } = /** @type {typeof Stub} */ (this.constructor);
        if (handled) expect(this, handled, method, 'method of clients');
        return this.entity.on(method, handler);
    }

    /**
     * Tells after an attribute has changed; returns a function that ends it.
     * @template {string & keyof Shape['attrs']} Key
     * @param {Key} key
     * @param {(value: Shape['attrs'][Key], change: object) => void} listener
     * @returns {() => void}
     */
    watch(key, listener) {
        expect(this, /** @type {typeof Stub} */ (this.constructor).attributes, key, 'attribute that clients see');
        return this.entity.watch(key, listener);
    }
}

/** @param {Stub<any>} stub @param {string[]} known @param {string} name @param {string} kind */
function expect(stub, known, name, kind) {
    if (known.includes(name)) return;
    throw new TypeError(`${stub.entity.type} has no ${kind} ${name}; it has: ${known.join(', ') || 'none'}`);
}

/**
 * Calls the server when the arguments fit; `parameters` are "type name".
 * @param {Stub<any>} stub @param {string} method @param {string[]} parameters @param {IArguments} args
 * @returns {boolean} false when there is no connection or the entity is gone
 */
function send(stub, method, parameters, args) {
    const name = `${stub.entity.type}.${method}`;
    if (args.length !== parameters.length)
        throw new TypeError(`${name} takes ${parameters.length} arguments (${parameters.join(', ')}), not ${args.length}`);
    parameters.forEach((parameter, i) => {
        const [type] = parameter.split(' ');
        if (!FITS[type](args[i])) throw new TypeError(`${name}: argument ${i + 1} has to be "${parameter}"`);
    });
    return stub.entity.call(method, ...args);
}

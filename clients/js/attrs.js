// Applies one attribute change of the server to the tree of maps and lists that mirrors it.
import { isMap } from './messages.js';
import { setOwn } from './msgpack.js';
import { ProtocolError } from './wire.js';

/**
 * Changes the tree `attrs` as `{kind, path, key, value}` says. Returns the value that was there
 * before, where one was replaced or removed.
 */
export function applyChange(attrs, change) {
    const container = find(attrs, change.path);
    const { check, apply } = KINDS[change.kind];
    if (!check(container)) throw new ProtocolError(`${change.kind} at /${change.path.join('/')}`);
    return apply(container, change);
}

const KINDS = {
    set: { check: isMap, apply: setKey },
    delete: { check: isMap, apply: deleteKey },
    clear: { check: isMap, apply: clearMap },
    listset: { check: Array.isArray, apply: setElement },
    append: { check: Array.isArray, apply: appendElement },
    pop: { check: (list) => Array.isArray(list) && list.length > 0, apply: (list) => list.pop() },
};

function find(attrs, path) {
    let node = attrs;
    for (const key of path) node = child(node, key);
    return node;
}

function child(node, key) {
    const known = Array.isArray(node) ? typeof key === 'number' : isMap(node);
    if (known && Object.hasOwn(node, key)) return node[key];
    throw new ProtocolError(`no attribute ${key} to change`);
}

function setKey(map, { key, value }) {
    const before = Object.hasOwn(map, key) ? map[key] : undefined;
    setOwn(map, key, value);
    return before;
}

function deleteKey(map, { key }) {
    const before = Object.hasOwn(map, key) ? map[key] : undefined;
    delete map[key];
    return before;
}

function clearMap(map) {
    const before = { ...map };
    for (const key of Object.keys(map)) delete map[key];
    return before;
}

function setElement(list, { key, value }) {
    if (key >= list.length) throw new ProtocolError(`list element ${key} of ${list.length}`);
    const before = list[key];
    list[key] = value;
    return before;
}

function appendElement(list, { value }) {
    list.push(value);
}

// How a person looks: the initials and the colour that belong to a name.
import { h } from './dom.js';

const HUES = 12;

/** The same name has the same colour on every screen. */
function hueOf(name) {
    let hash = 7;
    for (const char of name) hash = (hash * 31 + char.codePointAt(0)) % 100_003;
    return hash % HUES;
}

/** Two letters of a Latin name, the first of two words, or one character of any other script. */
export function initialsOf(name) {
    const words = name.split(/[\s_.-]+/).filter(Boolean).map((word) => [...word]);
    if (words.length === 0) return '?';
    const [first, second] = words;
    if (first[0].codePointAt(0) > 0x24f) return first[0];
    const letters = second ? first[0] + second[0] : first.slice(0, 2).join('');
    return letters.toUpperCase();
}

export const hueClass = (name) => `hue-${hueOf(name)}`;

export const avatarOf = (name) =>
    h('div', { class: `avatar ${hueClass(name)}`, 'aria-hidden': 'true' }, initialsOf(name));

// Makes elements. Text goes in as text nodes only, so nothing that a peer wrote becomes markup.

/** h('p', {class: 'x'}, 'text', child): attributes as given; null and false leave one out. */
export function h(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes))
        if (value !== null && value !== false) element.setAttribute(name, value);
    element.append(...children);
    return element;
}

export const byId = (id) => document.getElementById(id);

// The pages that people read: their blocks of code, their headings and their links.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");

/** The files of a folder and below whose names match, as paths from the root. */
export function files(folder, pattern) {
  return fs.readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => path.join(folder, name))
    .filter((name) => pattern.test(name) && !/(^|\/)(node_modules|run|\.obj)\//.test(name))
    .sort();
}

export const text = (file) => fs.readFileSync(path.join(root, file), "utf8");

/** Whose code is checked. Of docs/internals only the links are: its code shows what was weighed, too. */
export const PAGES = [
  "README.md", "CONTRIBUTING.md", "bench/README.md",
  ...files("docs/guide", /\.md$/), ...files("clients", /README\.md$/), ...files("examples", /README\.md$/),
];
export const ALL_PAGES = [...PAGES, "CHANGELOG.md", ...files("docs/internals", /\.md$/)];

/**
 * The fenced blocks of a page: `where`, `language`, `code`, and `excuse`, which is the reason in a comment right before
 * it, <!-- not checked: reason -->.
 */
export function blocks(page) {
  const found = [];
  let block = null;
  let before = "";
  text(page).split("\n").forEach((line, i) => {
    if (!block && line.startsWith("```")) {
      const excuse = /^<!-- not checked: (.+) -->$/.exec(before)?.[1];
      block = { where: `${page}:${i + 1}`, language: line.slice(3), code: "", excuse };
    } else if (block && line === "```") {
      found.push(block);
      block = null;
    } else if (block) {
      block.code += `${line}\n`;
    }
    before = line;
  });
  if (block) throw new Error(`${block.where}: the block has no end`);
  return found;
}

/** The lines that a `diff` block takes away and keeps, and those that it keeps and adds. */
export function sides(diff) {
  const without = (mark) => diff.replace(new RegExp(`^\\${mark}.*\\n`, "gm"), "").replace(/^./gm, "");
  return { before: without("+"), after: without("-") };
}

const withoutBlocks = (page) => text(page).replace(/^```[^]*?^```$/gm, "").replace(/`[^`\n]*`/g, (code) => code.replace(/[\][]/g, ""));

/** The anchors that the page's headings have on GitHub. */
export function anchors(page) {
  return [...withoutBlocks(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading.toLowerCase().replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-"));
}

/** What the page links to in this tree: `to` is a path from the root, `anchor` may be empty. */
export function links(page) {
  return [...withoutBlocks(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file, anchor = ""] = target.split("#");
      return { target, to: file ? path.join(path.dirname(page), file) : page, anchor };
    });
}

// goworld new: the game it writes is built, started and played in a browser; what cannot become one is refused.
import assert from "node:assert/strict";
import { once } from "node:events";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import test from "node:test";

import { chromium } from "playwright-core";

import { CHROMIUM } from "./chromium.js";
import { skip, useFreePorts } from "./demo.js";
import { assertFails, command, goworld, root } from "./goworld.js";

const STARTER = path.join(root, "examples/starter");

function folder(t) {
  const parent = fs.mkdtempSync(path.join(os.tmpdir(), "goworld-new-"));
  t.after(() => fs.rmSync(parent, { recursive: true }));
  return parent;
}

test("a new game is built, started, and rung in two browser windows", { skip }, async (t) => {
  const cwd = folder(t);
  const made = goworld(["new", "mygame"], { cwd });
  assert.equal(made.code, 0, made.err);
  assert.ok(made.out.includes(`\n  ${command} build mygame\n  ${command} start mygame\n\nThen open http://127.0.0.1:240`), made.out);
  const { url } = await useFreePorts(path.join(cwd, "mygame/goworld.ini"));
  const built = goworld(["build", "mygame"], { cwd });
  assert.equal(built.code, 0, built.err);
  const started = goworld(["start", "mygame"], { cwd });
  assert.equal(started.code, 0, started.err);
  assert.ok(started.out.endsWith(`\nmygame is running\nits page is ${url}\n`), started.out);
  t.after(() => goworld(["kill", "mygame"], { cwd }));

  const browser = await chromium.launch(CHROMIUM);
  t.after(() => browser.close());
  const open = async () => {
    const page = await browser.newPage();
    page.on("pageerror", (error) => assert.fail(error));
    await page.goto(url);
    await page.locator("#bell:enabled").waitFor();
    return page;
  };
  const [ann, bob] = [await open(), await open()];
  assert.equal(await ann.title(), "mygame");
  await ann.locator("#name").fill("ann");
  await ann.getByText("Set name").click();
  await ann.locator("#bell").click();
  await bob.getByText("ann rang").waitFor();
  assert.equal(await bob.locator("#all").textContent(), "1");
  assert.equal(await bob.locator("#mine").textContent(), "0");
  await ann.locator("#mine", { hasText: "1" }).waitFor();

  assert.equal(goworld(["stop", "mygame"], { cwd }).code, 0);
  await ann.getByText("the server is away").waitFor();
  assert.equal(goworld(["start", "mygame"], { cwd }).code, 0);
  await ann.locator("#bell:enabled").waitFor();
  await ann.locator("#all", { hasText: "1" }).waitFor();
  assert.equal(goworld(["stop", "mygame"], { cwd }).code, 0);
});

test("a new game is the starter under another name, on ports where nobody listens", async (t) => {
  const cwd = folder(t);
  const taken = net.createServer().listen(14001, "127.0.0.1");
  await Promise.race([once(taken, "listening"), once(taken, "error")]); // somebody listens there, be it another
  t.after(() => taken.close());
  fs.mkdirSync(path.join(cwd, "empty-1")); // an empty folder will do
  assert.equal(goworld(["new", "empty-1/"], { cwd }).code, 0);
  const ini = fs.readFileSync(path.join(cwd, "empty-1/goworld.ini"), "utf8");
  const number = Number(/listen_addr=127\.0\.0\.1:140(\d\d)/.exec(ini)[1]);
  assert.ok(number > 1, ini);
  const renamed = (text) => text.replaceAll("starter", "empty-1").replace(/\b(1[34]|2[345])001\b/g, (_, kind) => kind + String(number).padStart(3, "0"));
  for (const name of ["game.h", "Player.c", "main.c", "goworld.ini", "README.md", ".gitignore", "web/app.js", "web/index.html", "tests/test_bell.c"])
    assert.equal(fs.readFileSync(path.join(cwd, "empty-1", name), "utf8"), renamed(fs.readFileSync(path.join(STARTER, name), "utf8")), name);
});

test("what cannot become a game is refused, and nothing is left", (t) => {
  const cwd = folder(t);
  fs.mkdirSync(path.join(cwd, "full/inside"), { recursive: true });
  fs.writeFileSync(path.join(cwd, "file"), "");
  for (const name of ["full", "file"])
    assertFails(goworld(["new", name], { cwd }), new RegExp(`^goworld: ${name} exists and is not an empty folder; choose another name$`));
  assertFails(goworld(["new", "nowhere/game"], { cwd }), /^goworld: cannot create the folder nowhere\/game: No such file or directory$/);
  for (const name of ["1st", "my game", "a.b", "ü", "x".repeat(65)])
    assertFails(goworld(["new", name], { cwd }), /^goworld: ".*" cannot be the name of a game: that begins with a letter/);
  for (const name of ["run", "web", "tests", "Makefile"])
    assertFails(goworld(["new", name], { cwd }), /^goworld: ".*" cannot be the name of a game: something else in its folder/);
  fs.mkdirSync(path.join(cwd, "a b"));
  assertFails(goworld(["new", "a b/game"], { cwd }), /^goworld: a b\/game: make cannot build in a folder with a space/);
  assert.deepEqual(fs.readdirSync(cwd).sort(), ["a b", "file", "full"]);
  assert.deepEqual(fs.readdirSync(path.join(cwd, "a b")), []);
  assert.deepEqual(fs.readdirSync(path.join(cwd, "full")), ["inside"]);
});

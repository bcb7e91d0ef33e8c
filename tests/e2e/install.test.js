// The engine as it is installed: a game is made, built, started and played without the source tree.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import test from "node:test";
import { pathToFileURL } from "node:url";

import { useFreePorts } from "./demo.js";
import { command } from "./goworld.js";

/** The build folder that the command under test lies in. */
const build = path.resolve(fs.realpathSync(command), "../..");

function run(cwd, program, ...args) {
  const env = { ...process.env, DESTDIR: "", PKG_CONFIG_PATH: "", CMAKE_PREFIX_PATH: "", GOWORLD_MK: "" };
  const done = spawnSync(program, args, { cwd, env, encoding: "utf8", timeout: 90_000 });
  assert.equal(done.status, 0, `${program} ${args.join(" ")}\n${done.stdout}${done.stderr}${done.error ?? ""}`);
  return done.stdout;
}

/** A temporary folder with the engine installed in PREFIX/, by a staging folder as a packager does it. */
function installed(t) {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), "goworld-install-"));
  t.after(() => fs.rmSync(place, { recursive: true, force: true }));
  const env = { ...process.env, DESTDIR: path.join(place, "stage") };
  const done = spawnSync("cmake", ["--install", build, "--prefix", "/opt/goworld"], { env, encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
  assert.deepEqual(fs.readdirSync(env.DESTDIR), ["opt"]);
  fs.renameSync(path.join(env.DESTDIR, "opt/goworld"), path.join(place, "prefix"));
  return { place, prefix: path.join(place, "prefix"), goworld: path.join(place, "prefix/bin/goworld") };
}

/** Makes a game with that engine, plays it with the client library that came along, and stops it. */
async function play(t, place, prefix) {
  const goworld = (...args) => run(place, path.join(prefix, "bin/goworld"), ...args);
  goworld("new", "mygame");
  const ini = path.join(place, "mygame/goworld.ini");
  const { port } = await useFreePorts(ini);
  goworld("build", "mygame");
  goworld("start", "mygame");
  t.after(() => spawnSync(path.join(prefix, "bin/goworld"), ["kill", "mygame"], { cwd: place }));
  const library = (file) => import(pathToFileURL(path.join(prefix, "share/goworld/js", file)));
  const [{ Client }, { tcp }] = [await library("goworld.js"), await library("transport-tcp.js")];
  const client = new Client({ connect: tcp(port) });
  t.after(() => client.close());
  const heard = new Promise((resolve) =>
    client.on("player", (player) => {
      player.on("OnRing", (name, rings) => resolve([name, rings]));
      player.call("SetName", "ann");
      player.call("Ring");
    }),
  );
  client.open();
  assert.deepEqual(await heard, ["ann", 1]);
  client.close();
  assert.match(goworld("stop", "mygame"), /game1 has stopped\ndispatcher1 has stopped\n$/);
}

test("what is installed makes a game that is built, started, played and stopped", async (t) => {
  const { place, prefix, goworld } = installed(t);
  await play(t, place, prefix);
  const using = spawnSync("grep", ["-rlF", build, path.join(prefix, "lib/pkgconfig"), path.join(prefix, "lib/cmake"), path.join(prefix, "share/goworld")]);
  assert.equal(using.status, 1, String(using.stdout)); // nothing leads back to the source tree

  // pkg-config: the game's own test, as its README says.
  const flags = spawnSync("pkg-config", ["--cflags", "--libs", "goworld_sim"], { env: { ...process.env, PKG_CONFIG_PATH: path.join(prefix, "lib/pkgconfig") }, encoding: "utf8" });
  const game = path.join(place, "mygame");
  run(game, "cc", "-g", "tests/test_bell.c", "Player.c", "Bell.c", ...flags.stdout.trim().split(/\s+/), "-o", ".obj/test_bell");
  run(game, ".obj/test_bell");

  // CMake: find_package, and `goworld build` with a CMakeLists.txt.
  fs.rmSync(path.join(game, ".obj"), { recursive: true });
  fs.rmSync(path.join(game, "mygame"));
  fs.writeFileSync(path.join(game, "CMakeLists.txt"), `cmake_minimum_required(VERSION 3.20)
project(mygame C)
find_package(goworld ${run(place, goworld, "version").split(" ")[1].trim()} REQUIRED)
add_executable(mygame main.c Player.c Bell.c)
target_link_libraries(mygame goworld::goworld)
`);
  assert.match(run(place, goworld, "build", "mygame"), /built mygame\/mygame\n$/);
});

test("what is installed has the pages and completions where they are looked for", (t) => {
  const { prefix } = installed(t);
  for (const file of [
    "share/man/man1/goworld.1", "share/man/man5/goworld.ini.5", "share/bash-completion/completions/goworld",
    "share/zsh/site-functions/_goworld", "share/fish/vendor_completions.d/goworld.fish", "share/doc/goworld/README.md",
  ])
    assert.ok(fs.statSync(path.join(prefix, file)).size > 500, file);
});

test("a package has the engine, and depends on what building a game needs", { skip: spawnSync("dpkg-deb", ["--version"]).error ? "no dpkg-deb" : false }, async (t) => {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), "goworld-deb-"));
  t.after(() => fs.rmSync(place, { recursive: true, force: true }));
  run(place, "cpack", "--config", path.join(build, "CPackConfig.cmake"), "-B", place);
  const [deb] = fs.readdirSync(place).filter((name) => /^goworld_\d+\.\d+\.\d+_\w+\.deb$/.test(name));
  const depends = run(place, "dpkg-deb", "-f", deb, "Depends");
  for (const name of ["gcc", "libc6-dev", "make", "pkg-config", "libuv1-dev", "libsqlite3-dev", "libsodium-dev", "libmsgpuck-dev"])
    assert.match(depends, new RegExp(`(^|, )${name}\\b`));
  run(place, "dpkg-deb", "-x", deb, "root");
  assert.ok(fs.existsSync(path.join(place, "root/usr/share/zsh/vendor-completions/_goworld")));
  await play(t, place, path.join(place, "root/usr"));
});

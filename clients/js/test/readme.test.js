// The README's example runs as it stands, but for where the library and the gate are.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

import { PLAYER, call, change, create, filteredCall, readBytes, startGate } from './fakegate.js';
import { callPacket, heartbeatPacket } from '../messages.js';

const HERE = new URL('../', import.meta.url);

async function nodeExample() {
    const readme = await readFile(new URL('README.md', HERE), 'utf8');
    return readme.split('```js\n').map((part) => part.split('```')[0]).find((code) => code.includes('tcp('));
}

async function expectPacket(peer, bytes) {
    assert.deepEqual(await readBytes(peer, bytes.length), Buffer.from(bytes));
}

async function nextLine(stream) {
    let text = '';
    while (!text.endsWith('\n')) text += String((await once(stream, 'data'))[0]);
    return text.trim();
}

test('the example of the README registers, logs in and chats', async (t) => {
    const gate = await startGate(t);
    const code = (await nodeExample()).replaceAll("'./", `'${HERE.href}`).replace('14001', gate.port);
    const node = spawn(process.execPath, ['--input-type=module', '-e', code]);
    node.stderr.pipe(process.stderr);
    t.after(() => node.kill());
    const peer = await gate.peer();
    await expectPacket(peer, heartbeatPacket());
    peer.write(create('Account'));
    await expectPacket(peer, callPacket(PLAYER, 'Login', ['ada', 'secret']));
    peer.write(call('ShowError', ['账号不存在']));
    await expectPacket(peer, callPacket(PLAYER, 'Register', ['ada', 'secret']));
    peer.write(call('ShowInfo', ['注册成功，请点击登录']));
    await expectPacket(peer, callPacket(PLAYER, 'Login', ['ada', 'secret']));
    peer.write(create('Avatar', { attrs: { chatroom: '1' } }));
    await expectPacket(peer, callPacket(PLAYER, 'SendChat', ['hello']));
    peer.write(filteredCall('OnRecvChat', ['ada', 'hello']));
    assert.equal(await nextLine(node.stdout), 'ada: hello');
    peer.write(change(1004, null, ['varStr', 'chatroom'], ['data', 'tea']));
    assert.equal(await nextLine(node.stdout), 'now in room tea');
});

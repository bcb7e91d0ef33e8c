// What the server says in Chinese, with an English line for those texts that the demo knows.
import { h } from './dom.js';

const ENGLISH = new Map([
    ['注册成功，请点击登录', 'Account created. You can sign in now.'],
    ['这个账号已经存在', 'This name is taken.'],
    ['账号不存在', 'There is no account with this name.'],
    ['密码错误', 'Wrong password.'],
    ['用户名或密码格式不正确', 'This name or password is not allowed.'],
    ['登录失败，请重试', 'Signing in failed. Please try again.'],
    ['服务器错误，请稍后重试', 'The server has a problem. Please try again later.'],
    ['频道名不正确，用法：/join 频道', 'Not a room name. Use: /join ROOM'],
    ['消息太长', 'This message is too long.'],
]);
const UNKNOWN_COMMAND = /^(?:无法识别的命令|无效的命令)：(.*)$/su;

function translate(text) {
    const [, command] = UNKNOWN_COMMAND.exec(text) ?? [];
    return command === undefined ? ENGLISH.get(text) : `Unknown command: /${command.replace(/^\//, '')}`;
}

/** The server's text as it came, and below it what that means. */
export function noticeText(text) {
    const english = translate(text);
    if (!english) return [text];
    return [h('span', { lang: 'zh' }, text), h('small', {}, english)];
}

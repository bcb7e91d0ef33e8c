// What a person does at the chatroom's page, and waits for.
const PASSWORD = 'correct horse';

/** Waits until an element with that test id shows the text. */
export const see = (page, testId, text) => page.getByTestId(testId).filter({ hasText: text }).first().waitFor();

export async function fill(page, name, password) {
    await page.getByTestId('username').fill(name);
    await page.getByTestId('password').fill(password);
}

export async function register(page, name, password = PASSWORD) {
    await fill(page, name, password);
    await page.getByTestId('register').click();
}

export async function signIn(page, name, password = PASSWORD) {
    await fill(page, name, password);
    await page.getByTestId('login').click();
}

/** Registers at the login card and signs in. */
export async function enterAs(page, name) {
    await register(page, name);
    await see(page, 'login-status', '注册成功，请点击登录');
    await page.getByTestId('login').click();
    await inRoom(page, '1');
}

/** Waits for the server's answer on the login card: info or error. */
export async function loginStatus(page) {
    const status = page.getByTestId('login-status');
    await status.filter({ hasText: /./ }).waitFor();
    return status.getAttribute('data-kind');
}

export const inRoom = (page, room) => page.locator(`[data-testid=log][data-room="${room}"]`).waitFor();

export async function joinByName(page, room) {
    await page.getByTestId('join-room').fill(room);
    await page.getByTestId('join-button').click();
}

export async function say(page, text) {
    await page.getByTestId('composer').fill(text);
    await page.getByTestId('composer').press('Enter');
}

/** Waits for the line in a group of that author. */
export const hear = (page, author, text) =>
    page
        .locator(`[data-testid=group][data-author="${author}"]`)
        .getByTestId('message')
        .filter({ hasText: text })
        .first()
        .waitFor();

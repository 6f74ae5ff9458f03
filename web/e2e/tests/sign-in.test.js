// Signing in and out.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, open, signIn, user } from '../system.js';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

test('a wrong password is said beside the field, and the user name is kept', async () => {
  const { page } = await open(browser);
  await page.goto('/');
  await page.getByLabel('User name').fill(user('alice').username);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('User name and password do not match.').waitFor();
  const password = page.getByLabel('Password');
  assert.equal(await password.getAttribute('aria-invalid'), 'true');
  assert.ok(await password.evaluate((field) => field === document.activeElement), 'the focus is not where to go on');
  assert.equal(await page.getByLabel('User name').inputValue(), user('alice').username);
});

test('what is missing is said before asking the server', async () => {
  const { page } = await open(browser);
  await page.goto('/');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Type your user name.').waitFor();
  await page.getByText('Type your password.').waitFor();
});

test('signing in goes on at the address that was asked for, and signing out ends it', async () => {
  const { page } = await open(browser);
  await signIn(page, user('alice'), '/meetings');
  await page.getByRole('heading', { level: 1, name: 'My scheduled meetings' }).waitFor();
  await page.getByRole('button', { name: /^Account of/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await page.goto('/meetings');
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
});

test('a session that the server refuses asks to sign in again, and then goes on there', async () => {
  const { page } = await open(browser);
  await signIn(page, user('alice'), '/meetings');
  await page.getByRole('heading', { level: 1, name: 'My scheduled meetings' }).waitFor();
  await page.evaluate(() => {
    const kept = JSON.parse(sessionStorage.getItem('convoke.session'));
    sessionStorage.setItem('convoke.session', JSON.stringify({ ...kept, jwt: `${kept.jwt}x` }));
  });
  await page.reload();
  await page.getByText('Your session has ended.').waitFor();
  await page.getByLabel('User name').fill(user('alice').username);
  await page.getByLabel('Password').fill(user('alice').password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { level: 1, name: 'My scheduled meetings' }).waitFor();
});

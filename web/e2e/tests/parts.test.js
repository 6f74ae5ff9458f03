// A part that is not connected is said plainly, the rest goes on working, and it comes back by itself.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { without } from '../parts.js';
import { launch, open, signIn, user } from '../system.js';

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

const schedule = (page) => page.getByRole('button', { name: /^Schedule (meeting|your first meeting)$/ });
const noScheduler = (page) => page.getByRole('status').filter({ hasText: 'Scheduling is not available at the moment.' });
const noCallBridge = (page) => page.getByRole('status').filter({ hasText: 'The call bridge is not connected.' });

test('without a scheduler, scheduling goes away and comes back; spaces and joining stay', async () => {
  const { page, errors } = await open(browser);
  await signIn(page, user('alice'));
  await schedule(page).waitFor();

  await without('scheduler', async () => {
    await noScheduler(page).waitFor();
    assert.equal(await schedule(page).count(), 0);
    assert.equal(await page.getByRole('region', { name: 'My scheduled meetings' }).count(), 0);
    await page.getByRole('region', { name: 'My spaces' }).waitFor();

    // Also when one comes only now, and at an address of scheduling.
    await page.goto('/meetings');
    await noScheduler(page).waitFor();
    assert.equal(await schedule(page).count(), 0);
    await page.goto('/');
    await noScheduler(page).waitFor();
    await page.getByRole('link', { name: 'Join a meeting' }).click();
    await page.getByRole('heading', { level: 1, name: 'Join a meeting' }).waitFor();
    await page.goBack();
    await noScheduler(page).waitFor();
  });

  await schedule(page).waitFor();
  await noScheduler(page).waitFor({ state: 'detached' });
  await page.goto('/meetings');
  await page.getByRole('heading', { level: 1, name: 'My scheduled meetings' }).waitFor();
  assert.deepEqual(errors, []);
});

test('what was typed into the dialogue is still there when the scheduler comes back', async () => {
  const { page } = await open(browser);
  await signIn(page, user('alice'));
  await schedule(page).click();
  const dialogue = page.getByRole('dialog', { name: 'Schedule meeting' });
  const name = dialogue.getByRole('textbox', { name: 'Name', exact: true });
  await name.fill('Kept');
  await dialogue.getByRole('button', { name: 'Next' }).click();
  await dialogue.getByRole('button', { name: /Repeat$/ }).click();
  await page.getByRole('option', { name: 'Weekly', exact: true }).click();

  await without('scheduler', async () => {
    await dialogue.getByText('The dates appear when the scheduler is connected.').waitFor();
  });

  await dialogue.getByRole('listitem').filter({ hasText: /\d{4}/ }).first().waitFor();
  await dialogue.getByRole('button', { name: '< Back' }).click();
  assert.equal(await name.inputValue(), 'Kept');
});

test('without a call bridge, signing in says so, keeps what was typed, and works as soon as it is back', async () => {
  const { page, errors } = await open(browser);
  await page.goto('/');
  await page.getByLabel('User name').fill(user('alice').username);
  await page.getByLabel('Password').fill(user('alice').password);

  await without('callbridge', async () => {
    await noCallBridge(page).waitFor();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').filter({ hasText: 'The call bridge is not connected.' }).waitFor();
    assert.equal(await page.getByLabel('User name').inputValue(), user('alice').username);
  });

  await noCallBridge(page).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('region', { name: 'My spaces' }).waitFor();
  assert.deepEqual(errors, []);
});

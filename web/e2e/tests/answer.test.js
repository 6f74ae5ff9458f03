// The page that the personal link of an invitation leads to: without an account, without scripts, for everybody.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check, looks } from '../accessible.js';
import { mailTo } from '../mailbox.js';
import { fresh, launch, open, signIn, user } from '../system.js';
import { addAttendee, cancelMeeting, choose } from '../wizard.js';

const GUEST = 'guest@partner.example';
const name = fresh('Answer me');

let browser;
let link;
let meetingPath;

before(async () => {
  browser = await launch();
  const { page, context } = await open(browser);
  await signIn(page, user('alice'));
  await page.getByRole('button', { name: /^Schedule (meeting|your first meeting)$/ }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Next' }).click();
  await choose(page, /Repeat$/, 'Weekly');
  await page.getByRole('button', { name: 'Next' }).click();
  await addAttendee(page, GUEST, 'ExternalAccessMeth');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('Meeting created').waitFor();
  await page.getByRole('link', { name, exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  meetingPath = new URL(page.url()).pathname;
  await context.close();
  const { mail } = await mailTo(GUEST, { summary: name, method: 'REQUEST' });
  link = mail.text.match(/https:\S+\/answers\/[\w-]{60}/)[0];
});
after(async () => {
  const { page } = await open(browser);
  await signIn(page, user('alice'), meetingPath);
  await cancelMeeting(page);
  await browser.close();
});

test('a guest without an account and without scripts answers, and proposes another time', async () => {
  const { page } = await open(browser, { javaScriptEnabled: false, width: 360, height: 740 });
  await page.goto(`${link}?answer=ACCEPTED`);
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByText('You have chosen “Accept”. Press it to send your answer.').waitFor();
  await page.getByLabel(/^Comment/).fill('Until eleven');
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByText('Your answer is noted: Accept.').waitFor();
  assert.equal(await page.getByLabel(/^Comment/).inputValue(), 'Until eleven');

  await page.getByLabel('One date only').check();
  await page.getByLabel('Date', { exact: true }).selectOption({ index: 1 });
  await page.getByText('Propose another time').click();
  await page.getByLabel('Start', { exact: true }).fill('2030-01-07T14:00');
  await page.getByLabel('End', { exact: true }).fill('2030-01-07T13:00');
  await page.getByRole('button', { name: 'Propose this time' }).click();
  await page.getByRole('alert').getByText('Give a start and an end after it.').waitFor();
  assert.equal(await page.getByLabel('Start', { exact: true }).inputValue(), '2030-01-07T14:00', 'what was typed stays');
  await page.getByLabel('End', { exact: true }).fill('2030-01-07T15:00');
  await page.getByRole('button', { name: 'Propose this time' }).click();
  await page.getByText('Your proposal is noted as well.').waitFor();
  assert.match(await page.getByRole('option').nth(1).textContent(), / · Maybe$/);
});

// English is read by the guest above; the pages of the web app are looked at in all four.
for (const look of looks.slice(1, 3)) {
  test(`the page of a link is accessible: ${look.locale}, ${look.colorScheme}, ${look.width} px`, async () => {
    const { page, errors } = await open(browser, look);
    await page.goto(link);
    await page.getByRole('heading', { level: 1, name }).waitFor();
    assert.equal(await page.locator('html').getAttribute('lang'), look.locale.slice(0, 2));
    await check(page, 'the question');
    await page.locator('input[value=one]').check();
    await page.locator('summary').click();
    await page.locator('#start').fill('2030-01-07T14:00');
    await page.locator('#end').fill('2030-01-07T13:00');
    await check(page, 'another time');
    await page.locator('details button').click();
    await page.getByRole('alert').waitFor();
    await check(page, 'a fault');
    await page.locator('#start').fill('');
    await page.locator('#end').fill('');
    await page.locator('.buttons button').nth(1).click();
    await page.getByRole('status').waitFor();
    await check(page, 'noted');
    await page.goto(`${link.slice(0, -4)}AAAA`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await check(page, 'a link that is not valid');
    assert.deepEqual(errors, []);
  });
}

// Every page: accessible in light and dark, on a desk and on a phone, in English and Korean; and what a guest sees.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { check, looks } from '../accessible.js';
import { fresh, launch, open, signIn, user, webApp } from '../system.js';
import { addAttendee, cancelMeeting, dialInInfo } from '../wizard.js';

let browser;
let meetingPath;
let link;
const name = fresh('Look at me');

before(async () => {
  browser = await launch();
  const { page, context } = await open(browser);
  await signIn(page, user('alice'));
  await page.getByRole('button', { name: /^Schedule (meeting|your first meeting)$/ }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  await addAttendee(page, user('bob').email, 'InternalAccessMeth');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('Meeting created').waitFor();
  await page.getByRole('link', { name, exact: true }).first().click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
  meetingPath = new URL(page.url()).pathname;
  link = Object.values(await dialInInfo(page))[0].link;
  await context.close();
});
after(async () => {
  const { page } = await open(browser);
  await signIn(page, user('alice'), meetingPath);
  await cancelMeeting(page);
  await browser.close();
});

for (const look of looks) {
  test(`every page is accessible: ${look.locale}, ${look.colorScheme}, ${look.width} px`, async () => {
    const korean = look.locale === 'ko-KR';
    const { page, errors } = await open(browser, look);
    await page.goto('/');
    await page.locator('input[name=username]').waitFor();
    await check(page, 'sign in');
    await page.goto('/join');
    await check(page, 'join a meeting');

    await signIn(page, user('alice'));
    await page.getByRole('link', { name, exact: true }).first().waitFor();
    await check(page, 'home');
    await page.goto('/meetings');
    await page.getByRole('link', { name, exact: true }).first().waitFor();
    await check(page, 'list');
    await page.goto(meetingPath);
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await check(page, 'meeting, general');
    await page.getByRole('tab').nth(1).click();
    await check(page, 'meeting, dial in info');
    await page.getByRole('button', { name: korean ? '회의 취소' : 'Cancel meeting' }).click();
    await page.getByRole('alertdialog').waitFor();
    await check(page, 'cancelling');
    await page.keyboard.press('Escape');

    await page.goto('/');
    await page.getByRole('button', { name: korean ? '회의 예약' : 'Schedule meeting' }).click();
    await page.getByRole('textbox', { name: korean ? '이름' : 'Name', exact: true }).fill(korean ? '분기 계획 회의' : 'Quarterly planning');
    await check(page, 'schedule, step 1');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByRole('button', { name: korean ? /반복$/ : /Repeat$/ }).click();
    await page.getByRole('option', { name: korean ? '매주' : 'Weekly' }).click();
    await page.getByRole('dialog').getByRole('listitem').filter({ hasText: /\d{4}/ }).first().waitFor();
    await check(page, 'schedule, step 2');
    await page.getByRole('dialog').getByRole('button', { name: korean ? '다음' : 'Next', exact: true }).click();
    const attendee = page.getByRole('combobox', { name: korean ? '참석자' : 'Attendee' });
    await attendee.fill('one@partner.example, wrong');
    await attendee.press('Enter');
    await check(page, 'schedule, step 3 with a fault');
    assert.deepEqual(errors, []);
  });
}

test('the language follows the browser, can be switched, and is kept', async () => {
  const { page } = await open(browser, { locale: 'ko-KR' });
  await page.goto('/');
  await page.getByRole('heading', { level: 1, name: '로그인' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'ko');
  await page.getByRole('button', { name: '언어: 한국어' }).click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Sign in' }).waitFor();
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
});

test('a Korean reader sees Korean dates, times and words', async () => {
  const { page } = await open(browser, { locale: 'ko-KR' });
  await signIn(page, user('alice'), meetingPath);
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByText(/^\d{4}년 \d{1,2}월 \d{1,2}일 .요일 (오전|오후)\s\d/).waitFor();
  await page.getByRole('tab', { name: '접속 정보' }).click();
  await page.getByText('참가 링크').first().waitFor();
});

test('a guest with the link sees which meeting it is, and that there are no calls yet', async () => {
  const { page } = await open(browser);
  const { pathname, search } = new URL(link);
  await page.goto(pathname + search);
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByText('This version of the server does not carry audio and video yet.').waitFor();
  await check(page, 'entry');
  await page.goto(`${pathname}?secret=wrong`);
  await page.getByRole('heading', { level: 1, name: 'No meeting behind this link' }).waitFor();
  await check(page, 'entry, not found');
});

test('a meeting link can be pasted, and another server’s is refused', async () => {
  const { page } = await open(browser);
  const { pathname, search } = new URL(link);
  await page.goto('/join');
  await page.getByLabel('Meeting link').fill('https://elsewhere.example/meeting/1?secret=2');
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByText(/This is not a meeting link of this server/).waitFor();
  await page.getByLabel('Meeting link').fill(new URL(pathname + search, webApp).href);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByRole('heading', { level: 1, name }).waitFor();
});

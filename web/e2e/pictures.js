// Every page as a picture, in results/: light and dark, Korean and English, desk and phone; usual, empty, long text, faults, parts away.
import { mkdirSync } from 'node:fs';
import { mailTo } from './mailbox.js';
import { without } from './parts.js';
import { fresh, launch, nextAt, open, signIn, user } from './system.js';

const folder = new URL('results/', import.meta.url).pathname;
mkdirSync(folder, { recursive: true });

const LONG = 'Abstimmungsgespräch zur Rindfleischetikettierungsüberwachungsaufgabenübertragung 정보통신망이용촉진및정보보호등에관한법률시행령개정안검토회의';
const texts = {
  'en-US': { schedule: /^Schedule (meeting|your first meeting)$/, name: 'Name', next: 'Next', repeat: /Repeat$/, weekly: 'Weekly', attendee: 'Attendee', create: 'Create', created: 'Meeting created', cancel: 'Cancel meeting', edit: 'Edit', planning: 'Quarterly planning' },
  'ko-KR': { schedule: /^(회의 예약|첫 회의 예약하기)$/, name: '이름', next: '다음', repeat: /반복$/, weekly: '매주', attendee: '참석자', create: '만들기', created: '회의를 만들었습니다', cancel: '회의 취소', edit: '수정', planning: '분기 계획 회의' },
};

const browser = await launch();
for (const locale of ['en-US', 'ko-KR']) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 360]) await pictures({ locale, colorScheme, width, height: width === 360 ? 740 : 800 });
  }
}
await browser.close();

async function pictures(look) {
  const t = texts[look.locale];
  const { page, context } = await open(browser, { ...look, now: nextAt('09:41', 'Asia/Seoul') });
  const made = [];
  let number = 0;
  const shoot = async (what, fullPage = false) => {
    number += 1;
    const place = `${look.locale.slice(0, 2)}-${look.colorScheme}-${String(look.width)}`;
    await page.screenshot({ path: `${folder}${place}-${String(number).padStart(2, '0')}-${what}.png`, fullPage });
  };
  const wizard = page.getByRole('dialog');
  const next = () => wizard.getByRole('button', { name: t.next, exact: true }).click();

  await page.goto('/');
  await page.locator('input[name=username]').fill('alice');
  await page.locator('input[name=password]').fill('wrong');
  await shoot('sign-in');
  await page.keyboard.press('Enter');
  await page.locator('[data-invalid]').first().waitFor();
  await shoot('sign-in-wrong');

  await signIn(page, user('carol'));
  await page.locator('.welcome, .row').first().waitFor();
  await shoot('home-empty');
  await page.evaluate(() => { sessionStorage.clear(); });

  await signIn(page, user('alice'));
  for (const name of [fresh(t.planning), fresh(LONG)]) {
    await page.getByRole('button', { name: t.schedule }).click();
    await next();
    await wizard.locator('[data-invalid]').first().waitFor();
    if (name.startsWith(t.planning)) await shoot('schedule-1-fault');
    await page.getByRole('textbox', { name: t.name, exact: true }).fill(name);
    await shoot('schedule-1');
    await next();
    await wizard.getByRole('button', { name: t.repeat }).click();
    await page.getByRole('option', { name: t.weekly }).click();
    await wizard.getByRole('listitem').filter({ hasText: /\d{4}/ }).first().waitFor();
    await shoot('schedule-2');
    await next();
    const attendee = page.getByRole('combobox', { name: t.attendee });
    await attendee.fill(`${user('bob').email}; guest@partner.example; a.very.long.address.of.somebody@subsidiary.partner-organisation.example`);
    await attendee.press('Enter');
    await shoot('schedule-3');
    await wizard.getByRole('button', { name: t.create, exact: true }).click();
    await page.getByText(t.created).waitFor();
    await page.getByRole('link', { name, exact: true }).first().waitFor();
    await shoot('home-created', true);
    await page.getByRole('link', { name, exact: true }).first().click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await shoot('meeting', true);
    await page.getByRole('tab').nth(1).click();
    await shoot('meeting-dial-in', true);
    await page.getByRole('button', { name: t.cancel }).click();
    await page.getByRole('alertdialog').waitFor();
    await shoot('cancel');
    await page.keyboard.press('Escape');
    made.push(new URL(page.url()).pathname);
    await page.getByRole('button', { name: t.edit, exact: true }).click();
    await next();
    await next();
    await wizard.locator('.people button').last().click();
    await shoot('edit-3');
    const { mail } = await mailTo('guest@partner.example', { summary: name, method: 'REQUEST' });
    await page.goto(mail.text.match(/https:\S+\/answers\/[\w-]{60}/)[0]);
    await shoot('answer', true);
    await page.locator('input[value=one]').check();
    await page.locator('summary').click();
    await page.locator('#start').fill('2030-01-07T14:00');
    await page.locator('details button').click();
    await page.getByRole('status').waitFor();
    await shoot('answer-noted', true);
    await page.goto('/');
  }
  await page.goto('/meetings');
  await page.getByRole('listitem').first().waitFor();
  await shoot('list');
  await page.goto('/');
  await page.locator('.space-row').first().click();
  await page.locator('.join-details').first().waitFor();
  await shoot('space');
  await page.goto('/');
  await without('scheduler', async () => {
    await page.locator('.notice').waitFor();
    await shoot('home-no-scheduler');
  });
  await page.getByRole('button', { name: t.schedule }).waitFor();
  await without('callbridge', async () => {
    await page.locator('.notice').waitFor();
    await shoot('home-no-call-bridge');
  });
  await page.locator('.notice').waitFor({ state: 'detached' });
  for (const path of made) {
    await page.goto(path);
    await page.getByRole('button', { name: t.cancel }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: t.cancel }).click();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
  }
  await page.goto('/meetings/00000000-0000-4000-8000-000000000000');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await shoot('meeting-not-found');
  await page.goto('/join');
  await shoot('join');
  await page.goto('/meeting/123?secret=wrong');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await shoot('entry-not-found');
  await context.close();
}

// A weekly meeting from the dialogue to the mails of its attendees, and its cancellation.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { mailsAbout, mailTo } from '../mailbox.js';
import { fresh, launch, open, signIn, user } from '../system.js';
import { addAttendee, cancelMeeting, choose, dialInInfo, dialogue, tabTo } from '../wizard.js';

const GUEST = { email: 'guest@partner.example', role: 'ExternalAccessMeth' };
const ORGANIZER = { email: user('alice').email, role: 'InternalAccessMeth' };
const HOST = { email: user('bob').email, role: 'InternalAccessMeth' };

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser.close(); });

test('a weekly meeting is scheduled, listed, mailed with each one’s own way in, and cancelled', async () => {
  const { page, errors } = await open(browser);
  const name = fresh('Weekly review');
  await signIn(page, user('alice'));

  await page.getByRole('button', { name: /^Schedule (meeting|your first meeting)$/ }).click();
  await page.getByText('Step 1 of 3').first().waitFor();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Next' }).click();

  await page.getByText('Step 2 of 3').first().waitFor();
  await choose(page, /Repeat$/, 'Weekly');
  await choose(page, /Ends$/, 'After a number of times');
  await dialogue(page).getByRole('textbox', { name: 'Times' }).fill('4');
  await page.keyboard.press('Tab');
  await page.getByText(/^Every \w+day .*Seoul time, from .*, 4 times$/).waitFor();
  await dialogue(page).getByRole('listitem').filter({ hasText: /\d{4}/ }).nth(3).waitFor();
  await page.getByRole('button', { name: 'Next' }).click();

  await page.getByText('Step 3 of 3').first().waitFor();
  await choose(page, /Your role$/, ORGANIZER.role);
  await addAttendee(page, HOST.email, HOST.role);
  await addAttendee(page, GUEST.email, GUEST.role);
  const preview = page.getByRole('complementary', { name: 'The meeting as it stands' });
  await preview.getByText('a copy for your own calendar').waitFor();
  await preview.getByText(`invitation with the link for ${HOST.role}`).waitFor();
  await preview.getByText(`invitation with the link for ${GUEST.role}`).waitFor();
  await page.getByRole('button', { name: 'Create' }).click();

  await page.getByText('Meeting created').waitFor();
  await page.getByText('This meeting has been created successfully').waitFor();
  const row = page.getByRole('listitem').filter({ has: page.getByRole('link', { name, exact: true }) }).first();
  await row.getByText('Organized by: You').waitFor();
  await row.getByText(/^Space: /).waitFor();
  await row.getByRole('link', { name, exact: true }).click();

  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByText(/^Every \w+day, from .*, 4 times$/).waitFor();
  const details = await dialInInfo(page);

  const invitations = {};
  for (const { email, role } of [HOST, GUEST, ORGANIZER]) {
    const { mail, event } = await mailTo(email, { summary: name, method: 'REQUEST' });
    const own = details[role];
    assert.ok(own, `${role} is not on the Dial in info tab`);
    assert.ok(mail.text.includes(own.link), `${email} did not get the link of ${role}`);
    assert.ok(mail.text.replaceAll(/\s/g, '').includes(own.meetingId.replaceAll(/\s/g, '')), `${email} did not get the meeting ID of ${role}`);
    if (own.passcode !== 'none') assert.ok(mail.text.includes(own.passcode), `${email} did not get the passcode of ${role}`);
    for (const [other, { link }] of Object.entries(details)) {
      if (other !== role) assert.ok(!mail.text.includes(link), `${email} got the link of ${other}`);
    }
    const rule = event.getFirstPropertyValue('rrule');
    assert.equal(rule.freq, 'WEEKLY');
    assert.equal(rule.count, 4);
    assert.equal(event.getFirstProperty('dtstart').getParameter('tzid'), 'Asia/Seoul');
    const people = ['attendee', 'organizer'].flatMap((kind) => event.getAllProperties(kind)).map((person) => String(person.getFirstValue()).toLowerCase());
    assert.ok(people.includes(`mailto:${email}`), `${email} is not in the calendar object`);
    invitations[email] = event;
  }

  await page.getByRole('button', { name: 'Cancel meeting' }).click();
  const question = page.getByRole('alertdialog', { name: 'Cancel this meeting?' });
  await question.getByText('You and 2 others get a mail that it does not take place:').waitFor();
  await question.getByText('so that it leaves your own calendar').waitFor();
  await question.getByText(GUEST.email).waitFor();
  await question.getByRole('button', { name: 'Cancel meeting' }).click();
  await page.getByText('Meeting cancelled').waitFor();
  await page.getByRole('button', { name: /^Schedule (meeting|your first meeting)$/ }).waitFor();
  const list = page.getByRole('region', { name: 'My scheduled meetings' });
  await list.getByRole('link', { name, exact: true }).first().waitFor({ state: 'detached' });

  for (const { email } of [HOST, GUEST, ORGANIZER]) {
    const { event } = await mailTo(email, { summary: name, method: 'CANCEL' });
    assert.equal(String(event.getFirstPropertyValue('uid')), String(invitations[email].getFirstPropertyValue('uid')));
    assert.equal(String(event.getFirstPropertyValue('status')), 'CANCELLED');
    assert.ok(event.getFirstPropertyValue('sequence') >= invitations[email].getFirstPropertyValue('sequence'));
  }
  const perPerson = (await mailsAbout(name)).filter(({ mail }) => mail.to.value.some(({ address }) => address === GUEST.email));
  assert.equal(perPerson.length, 2, 'the guest got other mails than one invitation and one cancellation');
  assert.deepEqual(errors, []);
});

test('the whole dialogue can be done by keyboard alone', async () => {
  const { page } = await open(browser);
  const name = fresh('By keyboard');
  await page.goto('/');
  await tabTo(page, 'User name');
  await page.keyboard.type(user('alice').username);
  await tabTo(page, 'Password');
  await page.keyboard.type(user('alice').password);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^Schedule (meeting|your first meeting)$/ }).waitFor();

  await tabTo(page, /Schedule (meeting|your first meeting)/);
  await page.keyboard.press('Enter');
  await page.getByText('Step 1 of 3').first().waitFor();
  await tabTo(page, 'Name');
  await page.keyboard.type(name);
  await page.keyboard.press('Enter');

  await page.getByText('Step 2 of 3').first().waitFor();
  await tabTo(page, 'Time zone');
  await page.keyboard.type('new york');
  await page.getByRole('option', { name: /New York/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await tabTo(page, /Repeat/);
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: 'Daily' }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByText(/^Every day .*New York time/).waitFor();
  // Enter in a date, which is no text field, goes on as well.
  await tabTo(page, 'Starts', { back: true });
  await page.keyboard.press('Enter');

  await page.getByText('Step 3 of 3').first().waitFor();
  await tabTo(page, 'Attendee');
  await page.keyboard.type('bob');
  await page.getByRole('option', { name: /Bob/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('one@partner.example; two@partner.example');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Attendees (3)' }).waitFor();

  // Escape asks, a second one stays.
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });

  // Back loses nothing.
  await tabTo(page, '< Back');
  await page.keyboard.press('Enter');
  await page.getByText('Step 2 of 3').first().waitFor();
  await tabTo(page, 'Next');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Attendees (3)' }).waitFor();

  await tabTo(page, /^Create$/);
  await page.keyboard.press('Enter');
  await page.getByText('Meeting created').waitFor();
  await tabTo(page, new RegExp(`(^|\\| )${name}`), { most: 200 });
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name }).waitFor();
  await page.getByText(/New York time$/).first().waitFor();
  await page.getByText(/^Your time \(Seoul\)/).waitFor();
  await cancelMeeting(page);
});

test('what is missing is said beside its field, and nothing typed is lost', async () => {
  const { page } = await open(browser);
  await signIn(page, user('alice'));
  await page.getByRole('button', { name: /^Schedule (meeting|your first meeting)$/ }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByText('A meeting needs a name.').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('x'.repeat(201));
  await page.getByText('The name can have at most 200 characters.').waitFor();
  await page.getByLabel('Name', { exact: true }).fill('Short');
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Next' }).click();

  const field = dialogue(page).getByRole('combobox', { name: 'Attendee' });
  await field.fill('not an address');
  await field.press('Enter');
  await page.getByText('“not an address” is not an e-mail address.').waitFor();
  assert.equal(await field.inputValue(), 'not an address');
  await field.fill(user('alice').email);
  await field.press('Enter');
  await page.getByText('You are the organizer, and in the meeting anyway.').waitFor();
});

test('an edited meeting is mailed again with the same identity and a higher sequence', async () => {
  const { page } = await open(browser);
  const name = fresh('Moving');
  await signIn(page, user('alice'));
  await page.getByRole('button', { name: /^Schedule (meeting|your first meeting)$/ }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  await addAttendee(page, GUEST.email, GUEST.role);
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByText('Meeting created').waitFor();
  const { event: invited } = await mailTo(GUEST.email, { summary: name, method: 'REQUEST' });

  await page.getByRole('link', { name, exact: true }).first().click();
  await page.getByRole('button', { name: 'Edit' }).click();
  const renamed = `${name} later`;
  await page.getByLabel('Name', { exact: true }).fill(renamed);
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /Duration$/ }).click();
  await page.getByRole('option', { name: '1 hour', exact: true }).click();
  await page.getByRole('button', { name: 'Next' }).click();
  await page.getByRole('button', { name: 'Save changes' }).click();
  await page.getByText('Changes saved').waitFor();
  await page.getByRole('heading', { level: 1, name: renamed }).waitFor();

  const { event: changed } = await mailTo(GUEST.email, { summary: renamed, method: 'REQUEST' });
  assert.equal(String(changed.getFirstPropertyValue('uid')), String(invited.getFirstPropertyValue('uid')));
  assert.ok(changed.getFirstPropertyValue('sequence') > invited.getFirstPropertyValue('sequence'));
  await cancelMeeting(page);
});

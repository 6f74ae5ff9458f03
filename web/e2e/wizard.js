// What several tests do in the scheduling dialogue, by the words that a person sees.
import assert from 'node:assert/strict';

export const dialogue = (page, title = 'Schedule meeting') => page.getByRole('dialog', { name: title });

export async function choose(page, label, option) {
  await dialogue(page).getByRole('button', { name: label }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

export async function addAttendee(page, email, role) {
  const field = dialogue(page).getByRole('combobox', { name: 'Attendee' });
  await field.fill(email);
  await dialogue(page).getByRole('button', { name: 'Add', exact: true }).click();
  await choose(page, new RegExp(`Role of .*${email.split('@')[0]}`, 'i'), role);
}

/** The join details of each role from the meeting's page: { role: { meetingId, passcode, link } }. */
export async function dialInInfo(page) {
  await page.getByRole('tab', { name: 'Dial in info' }).click();
  const panel = page.getByRole('tabpanel');
  const sections = await panel.getByRole('region').all();
  assert.ok(sections.length > 0, 'no role on the Dial in info tab');
  const details = {};
  for (const section of sections) {
    const [terms, values] = [await section.locator('dt').allTextContents(), await section.locator('dd').all()];
    const value = async (term) => (await values[terms.indexOf(term)].locator('span').or(values[terms.indexOf(term)]).first().innerText()).trim();
    details[await section.getByRole('heading').innerText()] = {
      meetingId: await value('Meeting ID'),
      passcode: await value('Passcode'),
      link: (await section.locator('dd').last().innerText()).split('\n')[0].trim(),
    };
  }
  return details;
}

/** Presses Tab until the control with this name has the focus, as one does who has no pointer. */
export async function tabTo(page, name, { most = 60, back = false } = {}) {
  for (let presses = 0; presses <= most; presses += 1) {
    const here = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return '';
      const ids = (element.getAttribute('aria-labelledby') ?? '').split(' ').filter(Boolean);
      const labelled = ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
      const labels = [...(element.labels ?? [])].map((label) => label.textContent).join(' ');
      const own = element.matches('a, button, [role=tab]') ? element.textContent : '';
      return [element.getAttribute('aria-label'), labelled, labels, own].filter(Boolean).join(' | ');
    });
    if (name instanceof RegExp ? name.test(here) : here.includes(name)) return;
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab');
  }
  throw new Error(`${String(name)} is not reached by ${String(most)} presses of Tab`);
}

/** Cancels the meeting whose page is open, so that later runs find the list as they left it. */
export async function cancelMeeting(page) {
  await page.getByRole('button', { name: 'Cancel meeting' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel meeting' }).click();
  await page.getByText('Meeting cancelled').waitFor();
}

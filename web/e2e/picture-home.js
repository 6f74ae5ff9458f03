// The picture of the home page in the documents: a freshly started demo, in the middle of a working morning.
import { statSync } from 'node:fs';
import { launch, nextAt, open, signIn, user } from './system.js';

const file = new URL('../../docs/picture-home.png', import.meta.url).pathname;
const timeZone = 'Europe/London';
const now = nextAt('09:41', timeZone);
/** The local date so many days after today's. */
const day = (after) => new Intl.DateTimeFormat('sv-SE', { timeZone }).format(now.getTime() + after * 86_400_000);
const at = (after, from, to) => ({ dtStart: `${day(after)}T${from}:00`, dtEnd: `${day(after)}T${to}:00`, timeZone });

const browser = await launch();

/** Calls the API as this user, from a page of the web app: the browser has checked the certificate. */
async function apiOf(who) {
  const { page } = await open(browser);
  await page.goto('/join');
  const post = (token) => (path, body) =>
    page.evaluate(async ([to, text, bearer]) => {
      const headers = { 'content-type': 'application/json', ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) };
      const answer = await fetch(to, { method: text ? 'POST' : 'GET', headers, body: text });
      if (!answer.ok) throw new Error(`${to}: ${String(answer.status)} ${await answer.text()}`);
      return answer.json();
    }, [path, body ? JSON.stringify(body) : undefined, token]);
  const { username, password } = user(who);
  const { jwt } = await post()('/api/auth', { username, password, trace: false });
  const call = post(jwt);
  const template = (await call('/api/coSpaceTemplates')).coSpaceTemplates[0].id;
  return {
    space: async (name) => (await call('/api/cospaces', { coSpaceTemplateId: template, name })).guid,
    meeting: (summary, when, place, attendees) =>
      call('/api/v1/scheduler/meetings', { summary, ...when, ...(place ? { coSpace: place } : { coSpaceTemplate: template }), attendees: attendees.map((email) => ({ email })) }),
  };
}

const alice = await apiOf('alice');
const bob = await apiOf('bob');
const hallasan = await alice.space('Project Hallasan');
await alice.space('Alice’s space');
await alice.meeting('Weekly review', { ...at(0, '09:30', '10:00'), rrule: 'FREQ=WEEKLY;COUNT=12' }, hallasan, [user('bob').email, user('carol').email]);
await bob.meeting('Design talk with Busan', at(0, '11:00', '11:45'), null, [user('alice').email]);
await alice.meeting('Budget for spring', at(0, '14:30', '15:00'), hallasan, [user('carol').email]);
await alice.meeting('분기 계획 회의', at(1, '10:00', '11:30'), hallasan, [user('bob').email]);
await alice.meeting('Offsite', { dtStart: day(2), dtEnd: day(4), timeZone, isFullDayMeeting: true }, hallasan, [user('bob').email]);

const { page } = await open(browser, { locale: 'en-GB', timezoneId: timeZone, now, width: 1180, height: 910 });
await signIn(page, user('alice'));
await page.getByRole('link', { name: 'Offsite', exact: true }).waitFor();
await page.getByRole('link', { name: /^Project Hallasan/ }).waitFor();
await page.getByText(/ends in 19 minutes/).waitFor();
await page.mouse.move(0, 0);
await page.screenshot({ path: file });
await browser.close();
console.log(`${file}: ${String(statSync(file).size)} bytes`);

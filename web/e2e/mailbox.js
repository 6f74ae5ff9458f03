// The mails that the system has sent, read with parsers that are not ours.
import { on } from 'node:events';
import { readdirSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import ICAL from 'ical.js';
import { simpleParser } from 'mailparser';
import { mailDir } from './system.js';

/** How long a mail may take. */
const PATIENCE_MS = 30_000;

async function read(name) {
  const mail = await simpleParser(readFileSync(join(mailDir, name)));
  const part = mail.attachments.find(({ contentType }) => contentType === 'text/calendar' || contentType === 'application/ics');
  const calendar = part ? new ICAL.Component(ICAL.parse(part.content.toString('utf8'))) : null;
  return { name, mail, calendar, event: calendar ? calendar.getFirstSubcomponent('vevent') : null };
}

const to = ({ mail }) => mail.to?.value.map(({ address }) => address.toLowerCase()) ?? [];

async function all() {
  const names = readdirSync(mailDir).filter((name) => name.endsWith('.eml'));
  const read1 = await Promise.allSettled(names.map(read));
  return read1.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
}

/** Waits for a mail to `email` whose calendar object has this summary and method. */
export async function mailTo(email, { summary, method }) {
  const fits = (entry) =>
    to(entry).includes(email.toLowerCase()) &&
    entry.calendar?.getFirstPropertyValue('method') === method &&
    String(entry.event?.getFirstPropertyValue('summary')).includes(summary);

  // `on` keeps the changes that come while the folder is being read, so none is missed.
  const watcher = watch(mailDir);
  const changes = on(watcher, 'change', { signal: AbortSignal.timeout(PATIENCE_MS) });
  try {
    let found = (await all()).find(fits);
    while (!found) {
      await changes.next();
      found = (await all()).find(fits);
    }
    return found;
  } catch (error) {
    if (error.name !== 'AbortError') throw error;
    throw new Error(`no ${method} mail for “${summary}” came to ${email} within ${PATIENCE_MS} ms`, { cause: error });
  } finally {
    watcher.close();
  }
}

/** Every mail about this meeting. */
export async function mailsAbout(summary) {
  return (await all()).filter(({ event }) => String(event?.getFirstPropertyValue('summary')).includes(summary));
}

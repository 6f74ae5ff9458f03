// The system under test, as it described itself in summary.json, and a browser that trusts it and nothing else.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { connect } from 'node:tls';
import { chromium } from 'playwright-core';

const summaryPath = process.env.CONVOKE_SUMMARY;
if (!summaryPath) throw new Error('CONVOKE_SUMMARY must name the summary.json of a running system');
const summary = JSON.parse(readFileSync(summaryPath, 'utf8'));
const beside = (path) => resolve(dirname(resolve(summaryPath)), path);

export const webApp = new URL(summary.web_app);
export const mailDir = beside(summary.mail_dir);

/** The demo's own process. */
export const demoPid = summary.pid;

/** A seeded user by name: { username, password, email, role }. */
export function user(username) {
  const found = summary.users.find((candidate) => candidate.username === username);
  if (!found) throw new Error(`no user ${username} in ${summaryPath}`);
  return found;
}

/** The public key of the server's certificate, after Node has checked its chain and name against the system's CA. */
function checkedKey() {
  const ca = readFileSync(beside(summary.ca_cert));
  const { hostname, port } = webApp;
  return new Promise((done, failed) => {
    const socket = connect({ host: hostname, port: Number(port || 443), ca, servername: /^[\d.:[\]]+$/.test(hostname) ? '' : hostname }, () => {
      const { publicKey } = new X509Certificate(socket.getPeerCertificate().raw);
      socket.end();
      done(createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64'));
    });
    socket.on('error', failed);
  });
}

export async function launch() {
  return chromium.launch({
    executablePath: process.env.CONVOKE_CHROMIUM ?? '/usr/bin/chromium',
    // Chromium's own sandbox does not work for root in a container.
    args: ['--no-sandbox', `--ignore-certificate-errors-spki-list=${await checkedKey()}`],
  });
}

/** The next time that clocks in this zone show `clock`: at most 24 h from now, so that a session lasts until then. */
export function nextAt(clock, timeZone) {
  const step = 60_000;
  const shows = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' });
  let at = Math.ceil(Date.now() / step) * step;
  while (shows.format(at) !== clock) at += step;
  return new Date(at);
}

/** A fresh window. `now` stops the page's clock there. `errors` collects what the page itself reports as broken: scripts, and what the content security policy blocks. */
export async function open(browser, { locale = 'en-US', colorScheme = 'light', width = 1280, height = 800, timezoneId = 'Asia/Seoul', now = null, javaScriptEnabled = true } = {}) {
  const context = await browser.newContext({
    baseURL: webApp.href,
    locale,
    colorScheme,
    timezoneId,
    viewport: { width, height },
    reducedMotion: 'reduce',
    javaScriptEnabled,
  });
  if (now) await context.clock.setFixedTime(now);
  const page = await context.newPage();
  // Generous: the machine may be busy with other things.
  page.setDefaultTimeout(30_000);
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy|Refused to/i.test(message.text())) errors.push(message.text());
  });
  return { page, context, errors };
}

export async function signIn(page, { username, password }, path = '/') {
  await page.goto(path);
  await page.locator('input[name=username]').fill(username);
  await page.locator('input[name=password]').fill(password);
  await page.keyboard.press('Enter');
  await page.locator('input[name=username]').waitFor({ state: 'detached' });
}

/** A name that no other test or run has used. */
export const fresh = (words) => `${words} ${Date.now().toString(36)}${Math.floor(Math.random() * 1296).toString(36)}`;

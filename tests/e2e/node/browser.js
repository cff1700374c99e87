// A browser that goes to pages and calls from each as its scripts would. stdin: [{page, calls:
// [{url, init}, …]}, …]; stdout: for each page
//   answers    of each call {status, headers, body}, as far as the script may read them, or {error}
//   preflights the browser's own requests before them, {url, status}
//   console    what a developer reads there
'use strict';
const { chromium } = require('playwright-core');

// Nothing but this machine is called, whatever the browser would like to.
const QUIET = ['--disable-background-networking', '--disable-component-update',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'];

async function ask(calls) {
  const answers = [];
  for (const { url, init } of calls) {
    try {
      const answer = await fetch(url, init);
      answers.push({ status: answer.status, type: answer.type, headers: Object.fromEntries(answer.headers), body: await answer.text() });
    } catch (e) {
      answers.push({ error: e.name + ': ' + e.message });
    }
  }
  return answers;
}

async function visit(browser, { page: address, calls }) {
  const page = await browser.newPage();
  const inside = await page.context().newCDPSession(page);
  const preflights = [], lines = [];
  await inside.send('Network.enable');
  inside.on('Network.responseReceived', ({ type, response }) => {
    if (type === 'Preflight') preflights.push({ url: response.url, status: response.status });
  });
  page.on('console', (message) => lines.push(message.text()));
  page.setDefaultTimeout(0);
  await page.goto(address);
  const answers = await page.evaluate(ask, calls);
  await page.close();
  return { answers, preflights, console: lines };
}

(async () => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM, headless: true, timeout: 0,
    args: [...QUIET, ...(process.getuid() === 0 ? ['--no-sandbox'] : [])],
  });
  try {
    const told = [];
    for (const one of JSON.parse(require('fs').readFileSync(0, 'utf8'))) told.push(await visit(browser, one));
    process.stdout.write(JSON.stringify(told) + '\n');
  } finally {
    await browser.close();
  }
})().catch((e) => {
  process.stderr.write(e.stack + '\n');
  process.exitCode = 1;
});

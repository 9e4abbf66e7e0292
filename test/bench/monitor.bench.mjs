// What the page of a board costs its bus, and how it looks at it meanwhile: 10,000 transfers a second, with nobody looking, and
// with `dtbus monitor` (a process of its own) and a page in Chromium that follows, in turn in one run. DTBUS_BENCH_SECONDS is
// how long each turn of the two takes; the memory of the page is told by its first and its last turn.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { checkout, load, median, report } from './report.mjs';

const RATE = 10_000;
const TURNS = 3;
const SECONDS = Number(process.env.DTBUS_BENCH_SECONDS ?? 10);
const TABLE_ROWS = 1_000_000;
const BOARD = `/dts-v1/;
/ {
	i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
};
`;
const READ = [
  { addr: 0x48, write: Uint8Array.of(0) },
  { addr: 0x48, read: 2 },
];

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);
if (executablePath === undefined) {
  console.log('skipped: Chromium is not installed (apt install chromium)');
  process.exit(0);
}
const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
const file = join(folder, 'board.dts');
writeFileSync(file, BOARD);
const { openBoard, shareBoard } = await load('.').then(async (door) => ({
  ...door,
  ...(await import(`${checkout}dist/src/board/index.js`)),
}));
const board = await openBoard(file);
const unshare = await shareBoard(board, file);
const bus = board.open('/dev/i2c-0');

let done = 0;

/** Transfers at the rate, as fast as the machine lets them be. @returns how many a second */
async function busy(seconds) {
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let count = 0;
  for (let now = begin; now < end; now = performance.now()) {
    const due = Math.min(((now - begin) * RATE) / 1000, count + 200);
    for (; count < due; count++) bus.transferSync(READ);
    await wait(1);
  }
  done += count;
  return count / ((performance.now() - begin) / 1000);
}

/** Starts the monitor. @returns its page's address, and what ends it */
async function monitored() {
  const monitor = spawn(process.execPath, [`${checkout}bin/dtbus.js`, 'monitor', '-b', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve) => {
    createInterface(monitor.stdout).on('line', (line) => {
      const found = /http:\S+#t=\S+/.exec(line);
      if (found !== null) resolve(found[0]);
    });
  });
  const end = () => {
    const ended = new Promise((resolve) => monitor.once('exit', resolve));
    monitor.kill();
    return ended;
  };
  return { url, end };
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

/** Opens a page. @returns it, and ms from the answer of the server to the first paint */
async function opened(url) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.goto(url);
  await page.locator('h1', { hasText: 'board.dts' }).waitFor();
  const paint = await page.evaluate(`(async () => {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const [paint] = performance.getEntriesByName('first-contentful-paint');
    return paint.startTime - performance.getEntriesByType('navigation')[0].responseStart;
  })()`);
  return { page, paint };
}

/** Counts frames of a page until it is asked again. */
const countFrames = (page) =>
  page.evaluate(`(() => {
    globalThis.frames_ = 0;
    const began = performance.now();
    const step = () => { globalThis.frames_++; if (!globalThis.over_) requestAnimationFrame(step); };
    globalThis.over_ = false;
    requestAnimationFrame(step);
    globalThis.rate_ = () => { globalThis.over_ = true; return globalThis.frames_ / ((performance.now() - began) / 1000); };
  })()`);

/** Events that a page has, and those of which it says that they are lost. */
async function toldBy(page) {
  const text = await page.locator('.count').innerText();
  const [, events = '0', lost = '0'] = /(\d+) events(?:, (\d+) lost)?/.exec(text) ?? [];
  return Number(events) + Number(lost);
}

/** Begins to count. @returns what tells for how long the page's thread has worked since, in s */
async function countWork(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const now = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value;
  };
  const before = await now();
  return async () => (await now()) - before;
}

const heapOf = (page) => page.evaluate('performance.memory.usedJSHeapSize / 2 ** 20');

const ratios = [];
const rates = [];
const frames = [];
const paints = [];
const loads = [];
let missing = 0;
await busy(1);
for (let turn = 0; turn < TURNS; turn++) {
  const alone = await busy(SECONDS);
  const { url, end } = await monitored();
  const { page, paint } = await opened(url);
  paints.push(paint);
  done = 0;
  await countFrames(page);
  const worked = await countWork(page);
  const seen = await busy(SECONDS);
  loads.push(((await worked()) / SECONDS) * 1000);
  frames.push(await page.evaluate('globalThis.rate_()'));
  ratios.push(seen / alone);
  rates.push(seen);
  const begin = performance.now();
  while ((await toldBy(page)) < done && performance.now() - begin < 20_000) await wait(200);
  missing += Math.abs(done - (await toldBy(page)));
  if (turn === TURNS - 1) await scrolled(page);
  await page.close();
  await end();
}

/** Frames a second while a table of a million rows is scrolled from its end to its beginning. */
async function scrolled(page) {
  const first = await heapOf(page);
  while (done < TABLE_ROWS && process.env.DTBUS_BENCH_MILLION !== undefined) await busy(10);
  await countFrames(page);
  await page.evaluate(`(async () => {
    const box = document.querySelector('.rows');
    for (let i = 100; i >= 0; i--) {
      box.scrollTop = (box.scrollHeight * i) / 100;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  })()`);
  report(
    `frames while ${await toldBy(page)} rows are scrolled`,
    await page.evaluate('globalThis.rate_()'),
    'Hz',
    'at least 50',
  );
  report('heap of the page', await heapOf(page), 'MB', `${first.toFixed(1)} before`);
}

report('transfers a second with a page that follows', median(rates), 'Hz', `of ${RATE} asked for`);
report('the same against nobody looking', median(ratios), 'x', 'at least 0.95');
report('frames a second of the page meanwhile', median(frames), 'Hz', 'at least 50');
report("what the page's thread works in a second", median(loads), 'ms', 'of 1000');
report('transfers that are neither shown nor told as lost', missing, '', '0');
report('from the answer of the server to the first paint', median(paints), 'ms', 'at most 300');
await browser.close();
unshare();
await board.close();
rmSync(folder, { recursive: true });

// What the page of a board costs its bus, and how it looks at it meanwhile: 10,000 transfers a second, with nobody looking; with
// the same Chromium that draws as much as often as it is told, every 30 ms, and knows nothing of the board, which is what a browser
// costs on this machine at all; and with `dtbus monitor` (a process of its own) and a page in Chromium that follows, in turn in one run.
// DTBUS_BENCH_SECONDS is how long each of the three takes. DTBUS_BENCH_MILLION=1 goes on until the table has a million rows;
// DTBUS_BENCH_MINUTES=3 looks for so long whether memory stays flat behind that.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  return { url, end, pid: monitor.pid };
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });

/** Fields of a process, by proc_pid_stat(5), from its state on. */
function statOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** A process and those that it started. */
function withChildren(root, all = readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
  const own = all.filter((pid) => Number(statOf(pid)[1]) === root);
  return [root, ...own.flatMap((pid) => withChildren(Number(pid), all))];
}

/** CPU time of processes so far, in ms. */
const cpuOf = (pids) =>
  pids.reduce((sum, pid) => sum + (Number(statOf(pid)[11] ?? 0) + Number(statOf(pid)[12] ?? 0)) * 10, 0);

/** Chromium's processes. */
const browserPids = (others) =>
  withChildren(process.pid).filter((pid) => pid !== process.pid && !others.includes(pid));

/**
 * Playwright gives Chromium a session of its own, whose share of the processors the kernel counts for itself (sched(7),
 * autogroups): it gets the priority that this one was given.
 */
function sharePriority() {
  try {
    const [, nice] = /nice (-?\d+)/.exec(readFileSync('/proc/self/autogroup', 'latin1'));
    for (const pid of browserPids([])) writeFileSync(`/proc/${pid}/autogroup`, nice);
  } catch {
    // No autogroups here.
  }
}

/** A page that draws as much as ours, as often as that is told what is new: a table of 30 rows, and a canvas. */
const DRAWS = `<body style="margin:0;font:12px/22px monospace"><div></div><canvas width="870" height="66"></canvas><script>
  const cells = '<span style="display:inline-block;width:140px"></span>'.repeat(6);
  const box = document.querySelector('div');
  box.innerHTML = ('<div style="height:22px;overflow:hidden">' + cells + '</div>').repeat(30);
  const spans = [...box.querySelectorAll('span')];
  const context = document.querySelector('canvas').getContext('2d');
  let n = 0;
  const step = () => {
    n++;
    spans.forEach((span, i) => { span.textContent = 'cell ' + (n * 180 + i); });
    context.clearRect(0, 0, 870, 66);
    for (let x = 0; x < 780; x++) context.fillRect(x, 20 + (n % 9), 1, 38);
  };
  setInterval(() => requestAnimationFrame(step), 30);
</script>`;

/** The bus beside a browser that draws, and has nothing to do with it. @returns transfers a second */
async function besideDrawing() {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  await page.setContent(DRAWS);
  await wait(500);
  const rate = await busy(SECONDS);
  await page.close();
  return rate;
}

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
    globalThis.changes_ = 0;
    new MutationObserver(() => globalThis.changes_++).observe(document.querySelector('.count'), {
      characterData: true, childList: true, subtree: true,
    });
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
const drawingRatios = [];
const besides = [];
const changes = [];
const shares = { monitor: [], browser: [] };
const rates = [];
const frames = [];
const paints = [];
const loads = [];
let missing = 0;
sharePriority();
await busy(1);
for (let turn = 0; turn < TURNS; turn++) {
  const alone = await busy(SECONDS);
  const drawing = await besideDrawing();
  const { url, end, pid } = await monitored();
  const { page, paint } = await opened(url);
  paints.push(paint);
  done = 0;
  await countFrames(page);
  const worked = await countWork(page);
  const pids = { monitor: [pid], browser: browserPids([pid]) };
  const used = { monitor: cpuOf(pids.monitor), browser: cpuOf(pids.browser) };
  const seen = await busy(SECONDS);
  for (const who of ['monitor', 'browser']) shares[who].push((cpuOf(pids[who]) - used[who]) / SECONDS);
  loads.push(((await worked()) / SECONDS) * 1000);
  frames.push(await page.evaluate('globalThis.rate_()'));
  changes.push((await page.evaluate('globalThis.changes_')) / SECONDS);
  ratios.push(seen / alone);
  drawingRatios.push(drawing / alone);
  besides.push(seen / drawing);
  rates.push(seen);
  const begin = performance.now();
  while ((await toldBy(page)) < done && performance.now() - begin < 20_000) await wait(200);
  missing += Math.abs(done - (await toldBy(page)));
  if (turn === TURNS - 1) {
    await scrolled(page);
    await flat(page, pid);
  }
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

/** Heap and memory before and behind some minutes of it. */
async function flat(page, pid) {
  const minutes = Number(process.env.DTBUS_BENCH_MINUTES ?? 0);
  if (minutes === 0) return;
  const session = await page.context().newCDPSession(page);
  const look = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    const { usedSize, backingStorageSize = 0 } = await session.send('Runtime.getHeapUsage');
    return { page: (usedSize + backingStorageSize) / 2 ** 20, monitor: Number(kb) / 1024 };
  };
  await page
    .getByRole('button', { name: 'Follow' })
    .click({ timeout: 1000 })
    .catch(() => {});
  const before = await look();
  await busy(minutes * 60);
  const after = await look();
  for (const who of ['page', 'monitor'])
    report(
      `memory of the ${who} behind ${minutes} minutes`,
      after[who],
      'MB',
      `${before[who].toFixed(1)} before`,
    );
}

report('transfers a second with a page that follows', median(rates), 'Hz', `of ${RATE} asked for`);
report('the same against nobody looking', median(ratios), 'x', 'at least 0.95');
report('of it: a Chromium that only draws, against nobody', median(drawingRatios), 'x');
report('of it: the page, against a Chromium that only draws', median(besides), 'x', 'at least 0.95');
report('CPU time of dtbus monitor in a second', median(shares.monitor), 'ms');
report('CPU time of Chromium in a second', median(shares.browser), 'ms');
report('changes of what the page shows in a second', median(changes), 'Hz');
report('frames a second of the page meanwhile', median(frames), 'Hz', 'at least 50');
report("what the page's thread works in a second", median(loads), 'ms', 'of 1000');
report('transfers that are neither shown nor told as lost', missing, '', '0');
report('from the answer of the server to the first paint', median(paints), 'ms', 'at most 300');
await browser.close();
unshare();
await board.close();
rmSync(folder, { recursive: true });

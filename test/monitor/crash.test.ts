import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { getPriority } from 'node:os';
import type { Page } from 'playwright-core';
import { afterEach, expect, it, onTestFinished, vi } from 'vitest';
import { findControl } from '../../src/board/index.ts';
import { startMonitor } from '../../src/monitor/index.ts';
import { boardText, runtimeFolder } from '../cli/folder.ts';
import { describeInChromium } from './in-chromium.ts';

const folder = runtimeFolder();
const board = () =>
  folder.write('board.dts', boardText('temp@48 { compatible = "national,lm75"; reg = <0x48>; };', ''));

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function started(argv: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, argv, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  children.push(child);
  let out = '';
  child.stdout.on('data', (bytes) => {
    out += bytes;
  });
  const said = (what: RegExp) =>
    vi.waitFor(
      () => {
        const [found] = what.exec(out) ?? [];
        if (found === undefined) throw new Error(`no ${what} in ${out}`);
        return found;
      },
      { timeout: 30_000, interval: 20 },
    );
  return { child, said };
}

/** A program with a board, which reads a temperature five times at each line that it is told. */
async function reader() {
  const script = folder.write(
    'reader.cjs',
    `const bus = require('i2c-bus').openSync(1);
     process.stdin.on('data', () => { for (let i = 0; i < 5; i++) bus.readByteSync(0x48, 0); });
     console.log('here');`,
  );
  const hook = createRequire(import.meta.url).resolve('#built/src/board/entries/module-hook.js');
  const { child, said } = started(['--import', `file://${hook}`, script], {
    DTBUS_BOARD: board(),
    DTBUS_CONTROL: '1',
  });
  await said(/here/);
  return { child, read: () => void child.stdin?.write('\n') };
}

async function killed(child: ChildProcess): Promise<void> {
  const ended = once(child, 'close');
  child.kill('SIGKILL');
  await ended;
}

it.runIf(process.platform === 'linux')('a page stands behind buses where processors are short', async () => {
  const { child, said } = started(['bin/dtbus.js', 'monitor', board()]);
  await said(/http:\S+/);
  await vi.waitFor(() => expect(getPriority(child.pid)).toBe(Math.min(getPriority() + 5, 19)));
});

it('leaves nothing behind that keeps its program from ending', () => {
  const script = `
    import { findControl, openBoard, shareBoard } from '#built/src/board/index.js';
    import { startMonitor } from '#built/src/monitor/index.js';
    const [, file] = process.argv;
    const board = await openBoard(file);
    const unshare = await shareBoard(board, file);
    const monitor = await startMonitor({ find: () => findControl(file, undefined) });
    await monitor.close();
    unshare();
    await board.close();
    console.log(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, board()], {
    encoding: 'utf8',
  });
  expect([stdout, stderr]).toEqual(['0\n', '']);
});

describeInChromium('the page, when a process behind it is killed', (chrome) => {
  async function opened(address: string): Promise<Page> {
    const page = await chrome.browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(address);
    return page;
  }
  const alert = (page: Page, text: string) =>
    page.locator('header [role=alert]').filter({ hasText: text }).waitFor();
  const counted = (page: Page, text: string) => page.locator('.count', { hasText: text }).waitFor();

  it('says that the board has ended, keeps what it has, and goes on with the next process', async () => {
    const first = await reader();
    const monitor = await startMonitor({ find: () => findControl(board(), undefined) });
    onTestFinished(() => monitor.close());
    const page = await opened(monitor.url);
    await counted(page, '0 events');
    first.read();
    await counted(page, '5 events');
    await killed(first.child);
    await alert(page, 'the board has ended; start it again');
    expect(await page.locator('.space .row').count()).toBe(5);
    const second = await reader();
    await page.locator('header [role=alert]').waitFor({ state: 'detached' });
    second.read();
    await counted(page, '10 events');
    const numbers = await page
      .locator('.space .row')
      .evaluateAll((rows) => rows.map((row) => Number(row.getAttribute('data-n'))));
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await page.locator('.count').innerText()).not.toContain('lost');
    // A tab that comes now is told all of it.
    const later = await opened(monitor.url);
    await counted(later, '10 events');
  });

  it('says that dtbus monitor does not answer, and then that its next start has another address', async () => {
    const first = started(['bin/dtbus.js', 'monitor', board()]);
    const address = await first.said(/http:\S+/);
    const page = await opened(address);
    await counted(page, '0 events');
    await killed(first.child);
    await alert(page, 'start it again');
    const second = started(['bin/dtbus.js', 'monitor', '--port', new URL(address).port, board()]);
    const next = await second.said(/http:\S+/);
    expect(next).not.toBe(address);
    await alert(page, 'invalid token: open the address that dtbus monitor printed');
    await counted(await opened(next), '0 events');
  });
});

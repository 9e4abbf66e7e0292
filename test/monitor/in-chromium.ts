import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import type { Monitored } from './monitored.ts';

const program = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
if (program === undefined)
  console.info('Chromium is not installed (apt install chromium): nobody looks at the page');

/** What tests of the page need of the browser. */
export interface InChromium {
  readonly browser: Browser;
  /** The page of a board; what the browser complains of fails the test. */
  opened(served: Monitored, given?: BrowserContext): Promise<Page>;
}

/** Tests in a real Chromium, skipped where there is none. */
export function describeInChromium(name: string, tests: (chrome: InChromium) => void): void {
  describe.runIf(program !== undefined)(name, () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: program as string,
        args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      });
    });
    afterAll(() => browser?.close());
    tests({
      get browser() {
        return browser;
      },
      opened: (served, given) => opened(browser, served, given),
    });
  });
}

async function opened(browser: Browser, { monitor }: Monitored, given?: BrowserContext): Promise<Page> {
  const context = given ?? (await browser.newContext({ viewport: { width: 1280, height: 860 } }));
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  onTestFinished(async () => {
    await page.close();
    // What was asked at the moment when the board ended, and what the server refuses with a sentence.
    const isRefusal = /503 \(Service Unavailable\)|403 \(Forbidden\)|422 \(Unprocessable Entity\)/;
    expect(complaints.filter((text) => !isRefusal.test(text))).toEqual([]);
  });
  await page.goto(monitor.url);
  await page.locator('h1', { hasText: 'board.dts' }).waitFor();
  return page;
}

/** Opens all that can be opened, when so many of each kind are there: registers and memory come when the board has answered. */
export async function openAll(
  page: Page,
  wanted: Readonly<Record<'registers' | 'memory', number>>,
): Promise<void> {
  for (const [kind, count] of Object.entries(wanted))
    await expect.poll(() => page.locator(`details.${kind}`).count()).toBe(count);
  await page.evaluate(`for (const each of document.querySelectorAll('details')) each.open = true`);
}

/** What axe finds wrong with a page, in the light and in the dark. */
export async function axeFindings(page: Page): Promise<string[]> {
  const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  const findings: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    // The page lets no script in but its own: axe comes through the debugger.
    await page.evaluate(readFileSync(axe, 'utf8'));
    const found = await page.evaluate(async () => {
      const { axe: tool } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await tool.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
    });
    findings.push(...found.map((text) => `${colorScheme}: ${text}`));
  }
  return findings;
}

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WatchLog } from '../../src/cli/watch/watch-log.ts';
import { capturedFrom } from '../../src/formats/index.ts';
import { Recording } from '../../src/recording/index.ts';
import type { TraceEvent } from '../../src/trace/index.ts';
import { testFolder } from '../cli/folder.ts';
import { dtbusHere } from '../cli/run-here.ts';
import { converted, hasTshark, recordingOf } from '../formats/traces.ts';
import { toldOf } from '../support/trace.ts';
import { describeInChromium } from './in-chromium.ts';
import { monitoredRecording } from './recorded.ts';

const LINES = [
  'i2c-1 48 w 00, r 1f 80',
  'i2c-1 48 w 00, w 01 20, r 55',
  'i2c-1 23 w!',
  'i2c-1 50 w 00 10 aa! bb',
  'i2c-1 50 r! <2>',
  'i2c-1 350 w 01, r 02 03',
  'button rises',
  'i2c-1 48 w 01 EAGAIN',
  'i2c-1 48 w 00, r <2> ETIMEDOUT',
  'spi0.1 9f 00 00 00 > ff ef 40 14',
  'spi0.1 06',
  'spi0.1 06 EIO',
  'button falls',
  'i2c-1 48 w 00, r 19 00 ~35ms stretch 34ms attempts 3 struck "sda on i2c-1"',
  'i2c-1 48 w 00, r 1a 00 attempts 2 struck "flip at temp@48" struck "brownOut at temp@48"',
];
/** Of each line: time, bus, target, result, meaning. An edge's target is the name of its line. */
const ROWS = [
  ['0.000000', 'i2c-1', '0x48 temp@48', 'ok', 'read TEMP (0x00): 1f 80'],
  ['0.001000', 'i2c-1', '0x48 temp@48', 'ok', 'write 00, write 01 20, read 55'],
  ['0.002000', 'i2c-1', '0x23', 'ENXIO', 'probe'],
  ['0.003000', 'i2c-1', '0x50', 'EREMOTEIO', 'write 00 10 aa bb; byte 2 was not acknowledged'],
  ['0.004000', 'i2c-1', '0x50', 'ENXIO', 'read 2 bytes'],
  ['0.005000', 'i2c-1', '0x350', 'ok', 'write 01, read 02 03'],
  ['0.006000', 'gpio', 'button', '', 'rises'],
  ['0.007000', 'i2c-1', '0x48 temp@48', 'EAGAIN', 'select CONF (0x01)'],
  ['0.008000', 'i2c-1', '0x48 temp@48', 'ETIMEDOUT', 'read TEMP (0x00): 2 bytes'],
  ['0.009000', 'spi-0', 'cs 1 flash@1', 'ok', 'read JEDEC id: ef 40 14'],
  ['0.010000', 'spi-0', 'cs 1 flash@1', 'ok', 'write enable'],
  ['0.011000', 'spi-0', 'cs 1 flash@1', 'EIO', 'write enable'],
  ['0.012000', 'gpio', 'button', '', 'falls'],
  [
    '0.013000',
    'i2c-1',
    '0x48 temp@48',
    'ok',
    'read TEMP (0x00): 19 00; 3 attempts; SCL stretched 34.0 ms; injected: sda on i2c-1',
  ],
  [
    '0.014000',
    'i2c-1',
    '0x48 temp@48',
    'ok',
    'read TEMP (0x00): 1a 00; 2 attempts; injected: flip at temp@48; injected: brownOut at temp@48',
  ],
];

/** The same in a capture, a line for each START: time, bus, address as it is on the wire, bytes with that, comment. SPI has no dissector's fields. */
const PACKETS = [
  '0.000000000|1|0x48|9000|temp@48: read TEMP (0x00): 1f 80',
  '0.000000000|1|0x48|911f80|',
  '0.001000000|1|0x48|9000|temp@48: write 00, write 01 20, read 55',
  '0.001000000|1|0x48|900120|',
  '0.001000000|1|0x48|9155|',
  '0.002000000|1|0x23|46|ENXIO: probe,not acknowledged: the address',
  '0.003000000|1|0x50|a00010aa|EREMOTEIO: write 00 10 aa bb,not acknowledged: byte 2',
  '0.004000000|1|0x50|a1|ENXIO: read 2 bytes,not acknowledged: the address',
  '0.005000000|1|0x7b|f65001|write 01, read 02 03',
  '0.005000000|1|0x7b|f7500203|',
  '0.007000000|1|0x48|9001|EAGAIN: temp@48: select CONF (0x01)',
  '0.008000000|1|0x48|9000|ETIMEDOUT: temp@48: read TEMP (0x00): 2 bytes',
  '0.008000000|1|0x48|91|',
  '0.009000000||||flash@1: read JEDEC id: ef 40 14',
  '0.010000000||||flash@1: write enable',
  '0.011000000||||EIO: flash@1: write enable',
  '0.013000000|1|0x48|9000|temp@48: read TEMP (0x00): 19 00; 3 attempts; SCL stretched 34.0 ms; injected: sda on i2c-1',
  '0.026854000|1|0x48|911900|',
  '0.014000000|1|0x48|9000|temp@48: read TEMP (0x00): 1a 00; 2 attempts; injected: flip at temp@48; injected: brownOut at temp@48',
  '0.014000000|1|0x48|911a00|',
];

const folder = testFolder();
const recording = () => folder.write('same.bus', recordingOf(LINES));

/** The rows that are seen on a page, without how long each took. */
async function pageRows(page: Page): Promise<(string | null)[][]> {
  await page.locator(`[data-n="${LINES.length}"]`).waitFor();
  const rows = await page
    .locator('.space .row')
    .evaluateAll((all) =>
      all.map((row) =>
        Array.from(row.children, (cell) => (cell as { textContent: string | null }).textContent),
      ),
    );
  return rows.map(
    ([time, bus, target, result, , text]) => [time, bus, target, result, text] as (string | null)[],
  );
}

describe('the same recording gives the same rows', () => {
  it('in the lines of dtbus watch', async () => {
    const file = recording();
    const { buses, events } = capturedFrom(new Recording(file, readFileSync(file)));
    const waiting = [...events].map(({ what }) => what as TraceEvent);
    const lines: string[] = [];
    const log = new WatchLog({
      line: (text) => lines.push(text),
      ...{ pcap: undefined, json: false, paint: (_, text) => text },
    });
    await log.attach(buses, { dropped: 0, told: () => toldOf(waiting.shift()) });
    log.drain();
    const rows = lines.slice(1).map((line) => {
      const [target, result] = [line.slice(22, 42).trim(), line.slice(44, 54).trim()];
      // It names the controller and the number of a line, too.
      const name = target.replace('/gpio 3 ', '');
      return [line.slice(1, 11).trim(), line.slice(13, 20).trim(), name, result, line.slice(66).trim()];
    });
    expect(rows).toEqual(ROWS);
  });

  it.runIf(hasTshark)(
    'in a capture that tshark reads, but for edges, which have no place in it',
    async () => {
      const { file } = await converted(folder, recording(), 'same.pcapng');
      const fields = ['frame.time_relative', 'i2c.bus', 'i2c.addr', 'data', 'frame.comment'];
      const { stdout } = spawnSync(
        'tshark',
        ['-r', file, '-T', 'fields', '-E', 'separator=|', ...fields.flatMap((field) => ['-e', field])],
        { encoding: 'utf8' },
      );
      expect(stdout.trimEnd().split('\n')).toEqual(PACKETS);
      // Each row that is no edge has a packet with its meaning.
      const comments = PACKETS.map((line) => line.split('|')[4] ?? '').filter((text) => text !== '');
      const transfers = ROWS.filter(([, bus]) => bus !== 'gpio');
      expect(comments).toHaveLength(transfers.length);
      for (const [at, [, , , result = '', text = '']] of transfers.entries()) {
        expect(comments[at]).toContain(text.replace(/; byte.*/, ''));
        expect(comments[at]?.startsWith(`${result}: `)).toBe(result !== 'ok');
      }
    },
  );
});

describeInChromium('the same recording gives the same rows', (chrome) => {
  it('on the page of a running board, and in a report', async () => {
    const file = recording();
    const { monitor } = await monitoredRecording(file);
    expect(await dtbusHere('report', file, '-o', folder.path('same.html'))).toMatchObject({ status: 0 });
    for (const address of [monitor.url, `file://${folder.path('same.html')}`]) {
      const page = await chrome.browser.newPage();
      onTestFinished(() => page.close());
      await page.goto(address);
      expect(await pageRows(page)).toEqual(ROWS);
    }
  });
});

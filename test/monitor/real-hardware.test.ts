import { describe, expect, it, vi } from 'vitest';
import { type ControlFault, findControl } from '../../src/board/index.ts';
import { type Monitored, monitored, PARTLY_REAL } from './monitored.ts';

/** A fault that a real adapter can carry. */
const FLIP = { byte: 0, bit: 0, direction: 'read' };
const READ = [{ addr: 0x4a, read: 2 }] as const;

async function sentenceOf(response: Response): Promise<string> {
  const { error } = (await response.json()) as { error: string };
  return error;
}

/** Until the adapter is open. */
async function readFar({ board }: Monitored): Promise<void> {
  const bus = board.open('/dev/i2c-1');
  await vi.waitFor(async () => expect(await bus.transfer(READ)).toHaveLength(1), { timeout: 20_000 });
}

describe('what is on real hardware, without control', () => {
  it.each([
    ['&far', '/far-i2c'],
    ['far', '/far-i2c'],
    ['/far-i2c/temp@4a', '/far-i2c'],
    ['i2c-1', '/far-i2c'],
    ['/dev/i2c-1', '/far-i2c'],
    ['&far_bus', '/far-i2c'],
    ['bench', '/far-i2c'],
    ['bench/temp@4a', '/far-i2c'],
    ['&pirate', '/hosts/adapter'],
    ['&channel', '/mux'],
  ])('takes no fault by the name %s', async (target, host) => {
    const served = await monitored(PARTLY_REAL);
    const refused = await served.ask({
      call: 'inject',
      text: `flip ${target} byte=0 bit=0`,
      simulatedOnly: false,
    });
    expect([refused.status, await sentenceOf(refused)]).toEqual([
      403,
      `${target} is on real hardware (${host}), which this page may only show: start it with --control`,
    ]);
    expect(await (await served.ask({ call: 'faults' })).json()).toEqual({ result: [] });
  });

  it('has no line pressed, by whatever name of its controller', async () => {
    const { ask } = await monitored(PARTLY_REAL);
    for (const target of ['&far_gpio', '/far-gpio', 'far_gpio']) {
      const refused = await ask({ call: 'press', target, line: '0', ms: 10, simulatedOnly: false });
      expect([refused.status, await sentenceOf(refused)]).toEqual([
        403,
        `${target} is on real hardware (/far-gpio), which this page may only show: start it with --control`,
      ]);
    }
  });

  it('has no part or memory set, follows no curve, and is sent nothing', async () => {
    const { ask } = await monitored(PARTLY_REAL);
    const touches = [
      { call: 'set', part: '&far', values: { temperature: 1 } },
      { call: 'set', part: '/far-i2c/temp@4a', values: { contents: { base64: 'AAAA' } } },
      { call: 'follow', part: '&far', property: 'temperature', points: [[0, 1]], repeat: true },
      { call: 'press', target: '&far', line: '0', ms: 10 },
    ];
    for (const touch of touches) {
      const refused = await ask({ ...touch, simulatedOnly: false });
      expect([refused.status, await sentenceOf(refused)]).toEqual([
        403,
        expect.stringMatching(
          / is on real hardware \(\/far-i2c\), which this page may only show: start it with --control$/,
        ),
      ]);
    }
    for (const call of ['transfer', 'open', 'watch', 'line', 'reset', 'constructor'])
      expect((await ask({ call, part: '&far', simulatedOnly: false })).status).toBe(400);
  });

  it('keeps the faults that others put there, and says which are', async () => {
    const served = await monitored(PARTLY_REAL);
    const other = await findControl(served.file, undefined);
    await other.ask({ call: 'inject', kind: 'absent', target: '&temp', options: {} });
    await other.ask({ call: 'inject', kind: 'flip', target: '&far', options: FLIP });
    const { result } = (await (await served.ask({ call: 'faults' })).json()) as { result: ControlFault[] };
    expect(result.map(({ number, real }) => [number, real])).toEqual([
      [1, undefined],
      [2, '/far-i2c'],
    ]);
    expect((await served.ask({ call: 'removeFaults', number: 2 })).status).toBe(403);
    expect((await served.ask({ call: 'removeFaults' })).status).toBe(403);
    expect(await other.ask<ControlFault[]>({ call: 'faults' })).toHaveLength(2);
    expect((await served.ask({ call: 'removeFaults', number: 1 })).status).toBe(200);
    other.close();
  });

  it('is seen, and simulated parts of the same board are touched', async () => {
    const { ask, board } = await monitored(PARTLY_REAL);
    expect(await (await ask({ call: 'describe' })).json()).toMatchObject({
      result: { real: ['/far-i2c', '/hosts/adapter', '/far-gpio', '/hosts/chip', '/mux'] },
    });
    expect((await ask({ call: 'get', part: '&far_gpio' })).status).toBe(200);
    const touches = [
      { call: 'set', part: '&temp', values: { temperature: 40 } },
      { call: 'press', target: '&gpio', line: 'button', ms: 10 },
      { call: 'inject', text: 'absent &temp' },
      // It is simulated, though behind a real bus.
      { call: 'inject', text: 'nack &behind' },
    ];
    for (const touch of touches) expect((await ask(touch)).status).toBe(200);
    expect(board.part('&temp').get('temperature')).toBe(40);
  });
});

it('with control, faults are put on real hardware and taken out, and its lines are pressed', async () => {
  const served = await monitored(PARTLY_REAL, { control: true });
  await readFar(served);
  const read = () => served.board.open('/dev/i2c-1').transfer(READ);
  expect(await read()).toEqual([Uint8Array.of(25, 0)]);
  const injected = await served.ask({ call: 'inject', text: 'flip &far byte=0 bit=0 direction=read' });
  expect(injected.status).toBe(200);
  expect(await read()).toEqual([Uint8Array.of(24, 0)]);
  expect((await served.ask({ call: 'removeFaults' })).status).toBe(200);
  expect(await read()).toEqual([Uint8Array.of(25, 0)]);
  expect((await served.ask({ call: 'press', target: '&far_gpio', line: '0', ms: 10 })).status).toBe(200);
});

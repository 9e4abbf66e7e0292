import { afterEach, describe, expect, it } from 'vitest';
import {
  openBoard,
  type TracedBus,
  type TracedTransfer,
  TraceReader,
  traceBoards,
} from '../../../src/board/index.ts';

afterEach(() => traceBoards(undefined));

const traces: { buses: readonly TracedBus[]; reader: TraceReader }[] = [];

/** Traces what is opened from now on. */
function trace(): void {
  traces.length = 0;
  traceBoards((memory, buses) => {
    traces.push({ buses, reader: new TraceReader(memory) });
  });
}

describe.each(['worker', 'inline'] as const)('a traced board, its back-end %s', (backEnd) => {
  it('writes down every transfer with the bus and the part that it went to', async () => {
    trace();
    const board = await openBoard('dts/demo.dts', { backEnd, openHosts: 'first-use' });
    await board.open('/dev/i2c-1').transfer([
      { addr: 0x48, write: Uint8Array.of(0) },
      { addr: 0x48, read: 2 },
    ]);
    await board
      .open('/dev/i2c-1')
      .transfer([{ addr: 0x21, read: 1 }])
      .catch(() => {});
    await board.open('/dev/spidev0.0').transfer([{ tx: Uint8Array.of(0x9f) }, { rx: 3 }]);
    await board.close();

    expect(traces).toHaveLength(1);
    const [{ buses, reader }] = traces as [(typeof traces)[number]];
    const seen: TracedTransfer[] = [];
    for (let next = reader.read(); next !== undefined; next = reader.read())
      if (next.kind === 'transfer') seen.push(next);
    expect(
      seen.map(({ bus, fault, segments }) => [
        buses[bus]?.path,
        segments[0]?.target,
        fault,
        segments.map(({ sent, received }) => [
          sent && Buffer.from(sent.bytes).toString('hex'),
          received && Buffer.from(received.bytes).toString('hex'),
        ]),
      ]),
    ).toEqual([
      [
        '/i2c',
        0x48,
        undefined,
        [
          ['00', undefined],
          [undefined, '1900'],
        ],
      ],
      ['/i2c', 0x21, 'ENXIO', [[undefined, '']]],
      [
        '/spi',
        0,
        undefined,
        [
          ['9f', undefined],
          [undefined, 'ef4014'],
        ],
      ],
    ]);
    expect(buses[0]?.parts).toMatchObject([
      { reg: [0x48], name: 'temp@48', compatible: ['national,lm75'] },
      { reg: [0x50], name: 'eeprom@50', compatible: ['atmel,24c02'] },
      { reg: [0x20], name: 'gpio@20', compatible: ['nxp,pca9554'] },
      { reg: [0x68], name: 'rtc@68', compatible: ['maxim,ds3231'] },
    ]);
  });
});

it('writes down edges of GPIO lines, those of parts too, in one order with transfers', async () => {
  await using board = await openBoard('dts/demo.dts', {
    backEnd: 'inline',
    openHosts: 'first-use',
    clock: 'stepped',
  });
  const { reader, end } = board.trace();
  const onlyBus = board.trace({ buses: ['i2c-1'] });
  board.advance(1e6);
  board.line('&gpio', 'button').set(false);
  board.advance(1e6);
  board.part('&expander')['inputs'] = 0xfe; // its INT falls
  board.open('/dev/i2c-1').transferSync([{ addr: 0x48, read: 1 }]);
  end();
  board.line('&gpio', 'button').set(true); // nobody looks any more
  const seen = [reader.read(), reader.read(), reader.read()];
  const [button, expander, transfer] = seen;
  expect(button).toMatchObject({ kind: 'edge', controller: '/gpio', line: 2, name: 'button', high: false });
  expect(expander).toMatchObject({
    kind: 'edge',
    controller: '/gpio',
    line: 0,
    name: 'expander',
    high: false,
  });
  expect((expander?.startedMs ?? 0) - (button?.startedMs ?? 0)).toBeCloseTo(1, 3);
  // START, an address and a byte with their acknowledges, STOP: 20 bits at 100 kHz.
  expect(transfer).toMatchObject({
    kind: 'transfer',
    queuedMs: 0,
    attempts: 1,
    wireMs: expect.closeTo(0.2, 6),
  });
  expect(seen.map((event) => event?.sequence)).toEqual([1, 2, 3]);
  expect(reader.read()).toBeUndefined();
  expect(onlyBus.reader.read()?.kind).toBe('transfer');
  expect(onlyBus.reader.read()).toBeUndefined();
});

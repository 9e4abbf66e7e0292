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
    for (let next = reader.read(); next !== undefined; next = reader.read()) seen.push(next);
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

import { expect, it } from 'vitest';
import { BusFault, I2C_M } from '../../../src/bus/index.ts';
import { RecordLog } from '../../../src/cli/watch/record-log.ts';
import { Random } from '../../../src/sim/conformance/random.ts';
import {
  type ToldEvent,
  type TracedBus,
  TraceReader,
  TraceWriter,
  type TransferRecord,
  traceMemory,
} from '../../../src/trace/index.ts';
import { recordOf } from '../../support/trace.ts';

const part = (unit: number, name: string, compatible: string) => ({
  name,
  compatible: [compatible],
  reg: [unit],
  ...{ addressWidth: undefined, size: undefined },
});
const BUSES: readonly TracedBus[] = [0, 1].map((number) => ({
  ...{ kind: 'i2c', number, path: `/i2c${number}` },
  // A display's command may have its argument in the next transfer.
  parts: [part(0x48, 'temp@48', 'national,lm75'), part(0x3c, 'oled@3c', 'solomon,ssd1306fb-i2c')],
}));

/** Of few parts and bytes, so that many are alike; some fail, wait long, were stretched, or are another client's. */
function transfers(count: number): (readonly [bus: number, record: TransferRecord])[] {
  const random = new Random(11);
  const below = (end: number) => random.below(end);
  const bytes = (length: number) => Uint8Array.from({ length }, () => [0, 0x20, 0x81][below(3)] as number);
  return Array.from({ length: count }, (_, n) => {
    const addr = [0x48, 0x3c, 0x33][below(3)] as number;
    const write = { addr, flags: 0, buf: bytes(1 + below(2)) };
    const read = { addr, flags: I2C_M.RD, buf: bytes([1, 1, 40][below(3)] as number) };
    const messages = [[write], [write, read], [read]][below(3)] ?? [];
    const nack = { message: 0, byte: below(2) - 1 };
    const record = recordOf({
      ...{ messages, startedMs: 1000 + n * 0.37, wireMs: 0.1 + below(9) / 10 },
      fault: below(6) === 0 ? new BusFault('ENXIO', undefined, { nack }) : undefined,
      queuedMs: below(6) === 0 ? 3.5 : 0,
      stretchedNs: below(9) === 0 ? 5000 : 0,
      struck: below(9) === 0 ? ['stretch on &temp'] : [],
      client: below(5) === 0 ? 'a script' : 'the board',
    });
    return [below(2), record] as const;
  });
}

/** What `dtbus record` writes of them. @param as what a source tells of an event */
async function recordedOf(
  as: (told: ToldEvent) => ToldEvent,
  options: { mask?: string[]; describe?: boolean } = {},
) {
  const memory = traceMemory();
  const [writer, reader] = [new TraceWriter(memory), new TraceReader(memory)];
  let text = '';
  const log = new RecordLog(
    (more) => {
      text += Buffer.from(more).toString();
    },
    () => {},
    { file: 'a.bus', times: 'rounded', describe: true, mask: [], ...options },
  );
  const told = () => {
    const next = reader.told();
    return next && as(next);
  };
  await log.attach(BUSES, { dropped: 0, told });
  for (const [n, [bus, record]] of transfers(6000).entries()) {
    writer.transfer(bus, n, record);
    if (n % 50 === 0) log.drain();
  }
  log.end();
  return text;
}

it.each([
  ['described', {}],
  ['not described', { describe: false }],
  ['masked', { mask: ['temp@48'] }],
])('what happens again and again is written as if each were made anew: %s', async (_, options) => {
  let made = 0;
  const known = await recordedOf(
    (told) => ({
      alike: told.alike,
      endedMs: told.endedMs,
      get what() {
        made++;
        return told.what;
      },
    }),
    options,
  );
  const anew = await recordedOf(({ what, endedMs }) => ({ what, endedMs }), options);
  expect(known.split('\n')).toEqual(anew.split('\n'));
  expect(known.split('\n').length).toBeGreaterThan(6000);
  expect(made).toBeLessThan(5900);
});

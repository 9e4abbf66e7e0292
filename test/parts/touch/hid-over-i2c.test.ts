import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

/** Registers of a device whose `hid-descr-addr` is 20h, as its HID descriptor names them. */
const [DESCRIPTOR, REPORT_DESCRIPTOR, INPUT, OUTPUT, COMMAND, DATA] = [0x20, 0x21, 0x22, 0x23, 0x24, 0x25];

const hid = () =>
  i2cBench({ compatible: 'hid-over-i2c', reg: 0x2c, properties: { 'hid-descr-addr': DESCRIPTOR } });
type Bench = Awaited<ReturnType<typeof hid>>;
const asserted = (bench: Bench) => !bench.line('INT').high;

/** Bits of the reports that a report descriptor declares, by the items of HID 1.11, 6.2.2.2. */
function bitsOf(descriptor: readonly number[]): Record<string, number> {
  const bits: Record<string, number> = {};
  let [id, size, count, depth] = [0, 0, 0, 0];
  for (let at = 0; at < descriptor.length; ) {
    const item = descriptor[at] ?? 0;
    const length = [0, 1, 2, 4][item & 3] ?? 0;
    const value = descriptor[at + 1] ?? 0;
    const tag = item & 0xfc;
    if (tag === 0x84) id = value;
    if (tag === 0x74) size = value;
    if (tag === 0x94) count = value;
    if (tag === 0xa0) depth++;
    if (tag === 0xc0) depth--;
    const kind = { 128: 'in', 144: 'out' }[tag];
    if (kind !== undefined) bits[`${kind} ${id}`] = (bits[`${kind} ${id}`] ?? 0) + size * count;
    at += 1 + length;
  }
  expect(depth).toBe(0);
  return bits;
}

describe('HID over I2C, version 1.00', () => {
  it('5.1.1: the HID descriptor has 30 bytes and names the registers', async () => {
    const bench = await hid();
    expect(bench.writeRead([DESCRIPTOR, 0], 30)).toEqual([
      ...[30, 0, 0x00, 0x01, 109, 0, REPORT_DESCRIPTOR, 0, INPUT, 0, 64, 0, OUTPUT, 0, 64, 0],
      ...[COMMAND, 0, DATA, 0, 0x09, 0x12, 0x01, 0x00, 0x00, 0x01, 0, 0, 0, 0],
    ]);
    const report = bench.writeRead([REPORT_DESCRIPTOR, 0], 109);
    expect(report.slice(0, 8)).toEqual([0x05, 0x0d, 0x09, 0x04, 0xa1, 0x01, 0x85, 0x01]);
    expect(bitsOf(report)).toEqual({ 'in 1': 40, 'in 2': 64, 'out 2': 8 });
  });

  it('7.2.1: a reset forgets what waits, and tells its end by two bytes of 0', async () => {
    const bench = await hid();
    expect(asserted(bench)).toBe(false);
    bench.set('touching', true);
    bench.write([COMMAND, 0, 0x00, 0x01]);
    expect(asserted(bench)).toBe(true);
    expect(bench.get('waiting')).toBe(1);
    expect(bench.read(8)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(asserted(bench)).toBe(false);
  });

  it('6.1: touches are read in order, and INT is asserted while one waits', async () => {
    const bench = await hid();
    bench.set('x', 0x123);
    expect(asserted(bench)).toBe(false);
    bench.set('touching', true);
    bench.set('y', 0xabc);
    bench.set('touching', false);
    expect(bench.read(8)).toEqual([8, 0, 1, 1, 0x23, 0x01, 0x00, 0x00]);
    expect(bench.writeRead([INPUT, 0], 8)).toEqual([8, 0, 1, 1, 0x23, 0x01, 0xbc, 0x0a]);
    expect(asserted(bench)).toBe(true);
    expect(bench.read(64).slice(0, 9)).toEqual([8, 0, 1, 0, 0x23, 0x01, 0xbc, 0x0a, 0]);
    expect(asserted(bench)).toBe(false);
    expect(bench.read(2)).toEqual([0, 0]);
  });

  it('HID 1.11, B.1: keys are six usages, modifiers are bits', async () => {
    const bench = await hid();
    bench.set('keys', Uint8Array.of(0x04, 0xe1, 0x05, 0xe6));
    expect(bench.read(11)).toEqual([11, 0, 2, 0x42, 0, 4, 5, 0, 0, 0, 0]);
    bench.set('keys', new Uint8Array());
    expect(bench.read(11)).toEqual([11, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('7.2.8: asleep it reports nothing, and does again when it is on', async () => {
    const bench = await hid();
    bench.write([COMMAND, 0, 0x01, 0x08]);
    expect(bench.get('asleep')).toBe(true);
    bench.set('touching', true);
    expect(asserted(bench)).toBe(false);
    bench.write([COMMAND, 0, 0x00, 0x08]);
    bench.set('x', 7);
    expect(bench.read(8)).toEqual([8, 0, 1, 1, 7, 0, 0, 0]);
  });

  it('7.2.2, 7.2.3: GET_REPORT and SET_REPORT go by the data register', async () => {
    const bench = await hid();
    bench.set('x', 5);
    expect(bench.writeRead([COMMAND, 0, 0x11, 0x02, DATA, 0], 8)).toEqual([8, 0, 1, 0, 5, 0, 0, 0]);
    // An output report, with the LED of caps lock.
    bench.write([COMMAND, 0, 0x22, 0x03, DATA, 0, 4, 0, 2, 0x02]);
    expect(bench.get('outputReport')).toEqual(Uint8Array.of(2, 2));
    // A feature report with an id of its own byte; then what is not there.
    bench.write([COMMAND, 0, 0x3f, 0x03, 0x44, DATA, 0, 5, 0, 0x44, 0xaa, 0xbb]);
    expect(bench.writeRead([COMMAND, 0, 0x3f, 0x02, 0x44, DATA, 0], 5)).toEqual([5, 0, 0x44, 0xaa, 0xbb]);
    expect(bench.writeRead([COMMAND, 0, 0x33, 0x02, DATA, 0], 4)).toEqual([2, 0, 0, 0]);
  });

  it('6.2: the output register takes a report', async () => {
    const bench = await hid();
    bench.write([OUTPUT, 0, 4, 0, 2, 0x05]);
    expect(bench.get('outputReport')).toEqual(Uint8Array.of(2, 5));
  });

  it('sends reports and a report descriptor of a test', async () => {
    const bench = await hid();
    bench.set('reportDescriptor', Uint8Array.of(0x06, 0x00, 0xff));
    expect(bench.writeRead([DESCRIPTOR, 0], 6).slice(4)).toEqual([3, 0]);
    expect(bench.writeRead([REPORT_DESCRIPTOR, 0], 3)).toEqual([0x06, 0x00, 0xff]);
    bench.set('report', Uint8Array.of(9, 8, 7));
    expect(bench.read(5)).toEqual([5, 0, 9, 8, 7]);
    expect(() => bench.set('report', new Uint8Array(63))).toThrow('expected at most 62 bytes, got 63');
  });

  it('without hid-descr-addr the descriptor is at 1, with the vendor of the maker', async () => {
    const bench = await i2cBench({ compatible: 'elan,ekth6915', reg: 0x10 });
    expect(bench.writeRead([1, 0], 22).slice(20)).toEqual([0xf3, 0x04]);
  });
});

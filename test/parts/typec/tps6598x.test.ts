import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

const controller = (compatible = 'ti,tps6598x') => i2cBench({ compatible, reg: 0x38 });
type Bench = Awaited<ReturnType<typeof controller>>;
const asserted = (bench: Bench) => !bench.line('IRQ').high;
const letters = (text: string) => [...text].map((each) => each.charCodeAt(0));

describe('TPS6598x host interface (SLVUAN1A)', () => {
  it('1.3: a register is read with its length in front', async () => {
    const bench = await controller();
    expect(bench.writeRead([0x00], 5)).toEqual([4, 0x51, 0x04, 0, 0]);
    expect(bench.writeRead([0x03], 5)).toEqual([4, ...letters('APP ')]);
    expect(bench.writeRead([0x3f], 4)).toEqual([2, 0, 0, 0xff]);
    expect(bench.writeRead([0x05], 1)).toEqual([16]);
  });

  it('a plug sets status, power and data status, and events that a mask lets through', async () => {
    const bench = await controller();
    bench.write([0x16, 8, 0x08, 0, 0, 0, 0, 0, 0, 0]);
    bench.set('flipped', true);
    bench.set('plugged', true);
    expect(asserted(bench)).toBe(true);
    // Plug event 3; data, power and status 25, 24, 26.
    expect(bench.writeRead([0x14], 9)).toEqual([8, 0x08, 0, 0, 0x07, 0, 0, 0, 0]);
    // Present, connected, upside down, sink and device; VBUS by a contract.
    expect(bench.writeRead([0x1a], 5)).toEqual([4, 0x1d, 0, 0x20, 0]);
    expect(bench.writeRead([0x3f], 3)).toEqual([2, 0x0f, 0]);
    bench.write([0x18, 8, 0x08, 0, 0, 0, 0, 0, 0, 0]);
    expect(asserted(bench)).toBe(false);
    expect(bench.writeRead([0x14], 5)).toEqual([8, 0, 0, 0, 0x07]);
  });

  it('a partner that is a sink makes it source and host; a swap needs a partner', async () => {
    const bench = await controller();
    bench.write([0x08, 4, ...letters('SWDF')]);
    expect(bench.writeRead([0x08], 5)).toEqual([4, 0, 0, 0, 0]);
    // Rejected.
    expect(bench.writeRead([0x09], 2)).toEqual([64, 3]);
    bench.set('partner', 'sink');
    bench.set('plugged', true);
    expect([bench.get('powerRole'), bench.get('dataRole')]).toEqual(['source', 'host']);
    bench.write([0x08, 4, ...letters('SWUF')]);
    expect([bench.writeRead([0x09], 2)[1], bench.get('dataRole')]).toEqual([0, 'device']);
    expect(() => bench.set('partner', 'cable')).toThrow('expected source or sink, got "cable"');
  });

  it("Apple's has its events elsewhere, and a system power state", async () => {
    const bench = await controller('apple,cd321x');
    bench.write([0x09, 1, 5]);
    bench.write([0x08, 4, ...letters('SSPS')]);
    expect(bench.writeRead([0x20], 2)).toEqual([1, 5]);
    bench.set('plugged', true);
    expect(bench.writeRead([0x14], 3)).toEqual([8, 0x02, 0x07]);
  });
});

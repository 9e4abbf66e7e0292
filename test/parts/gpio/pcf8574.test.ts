import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe('PCF8574 and PCF8575 (quasi-bidirectional)', () => {
  it('a 0 pulls down; where 1 was written the outside decides', async () => {
    const bench = await i2cBench({ compatible: 'nxp,pcf8574', reg: 0x20 });
    expect(bench.read(1)).toEqual([0xff]);
    bench.write([0x0f]);
    bench.set('inputs', 0xf5);
    expect(bench.read(2)).toEqual([0x05, 0x05]);
    expect(bench.get('pins')).toBe(0x05);
  });

  it('drives only what it pulls down', async () => {
    const bench = await i2cBench({ compatible: 'nxp,pcf8574', reg: 0x20 });
    expect(bench.get('outputs')).toBe(0);
    bench.write([0x0f]);
    expect(bench.get('outputs')).toBe(0xf0);
  });

  it('INT goes low at a change and high at a read', async () => {
    const bench = await i2cBench({ compatible: 'nxp,pcf8574', reg: 0x20 });
    bench.set('inputs', 0xfe);
    expect(bench.line('INT').high).toBe(false);
    bench.read(1);
    expect(bench.line('INT').high).toBe(true);
  });

  it('PCF8575 takes its ports in turn', async () => {
    const bench = await i2cBench({ compatible: 'nxp,pcf8575', reg: 0x20 });
    bench.write([0x12, 0x34]);
    expect(bench.read(3)).toEqual([0x12, 0x34, 0x12]);
  });

  it('each transfer begins at the first port', async () => {
    const bench = await i2cBench({ compatible: 'nxp,pcf8575', reg: 0x20 });
    bench.write([0x12]);
    bench.write([0x56]);
    expect(bench.read(2)).toEqual([0x56, 0xff]);
  });

  it('after a loss of power it drives nothing, and there is no interrupt', async () => {
    const bench = await i2cBench({ compatible: 'nxp,pcf8574', reg: 0x20 });
    bench.write([0x0f]);
    bench.set('inputs', 0xfe);
    expect(bench.line('INT').high).toBe(false);
    bench.reset();
    expect([bench.get('outputs'), bench.line('INT').high]).toEqual([0, true]);
  });
});

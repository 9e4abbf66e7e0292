import { describe, expect, it } from 'vitest';
import { i2cBench } from '../sim/support.ts';

/** Of each part: a register and a value that power-on does not give it. */
const RESET_BY_CALL = [
  ['ti,tmp75', 0x48, 1, [0x60], 'SBOS288'],
  ['ti,tmp275', 0x48, 1, [0x60], 'SBOS363'],
  ['ti,tmp1075', 0x48, 2, [0x12, 0x30], 'SBOS854'],
  ['ti,tmp102', 0x48, 2, [0x12, 0x30], 'SBOS397'],
  ['ti,tmp117', 0x48, 2, [0x12, 0x34], 'SNOSD82'],
  ['ti,ads1115', 0x48, 2, [0x12, 0x34], 'SBAS444'],
  ['nxp,pca9685', 0x40, 1, [0x15], 'rev. 4, 7.6'],
] as const;
/** Parts whose data sheets know no general call. */
const DEAF = [
  ['national,lm75', 0x48],
  ['microchip,mcp980x', 0x48],
  ['ti,ina226', 0x40],
  ['microchip,mcp23017', 0x20],
] as const;

const faultOf = (work: () => void): unknown => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code: unknown }).code;
  }
};

describe('the general call', () => {
  it.each(RESET_BY_CALL)(
    '06h resets %s at %i (register %i, %j; %s)',
    async (compatible, reg, register, value) => {
      const bench = await i2cBench({ compatible, reg });
      const read = () => bench.writeRead([register], value.length);
      const atPowerOn = read();
      bench.write([register, ...value]);
      expect(read()).toEqual([...value]);
      bench.write([0x04], compatible === 'nxp,pca9685' ? reg : 0);
      expect(read()).toEqual([...value]);
      bench.write([0x06], 0);
      expect(read()).toEqual(atPowerOn);
    },
  );

  it.each(DEAF)('is nothing to %s', async (compatible, reg) => {
    const bench = await i2cBench({ compatible, reg });
    expect(faultOf(() => bench.write([0x06], 0))).toBe('ENXIO');
  });

  it('is answered by nobody who is read', async () => {
    const bench = await i2cBench({ compatible: 'ti,tmp75', reg: 0x48 });
    expect(faultOf(() => bench.read(1, 0))).toBe('ENXIO');
  });

  it('PCA9685 acknowledges 06h, and neither another byte nor a second one (7.6)', async () => {
    const bench = await i2cBench({ compatible: 'nxp,pca9685', reg: 0x40 });
    bench.write([0x00, 0x20]);
    expect(faultOf(() => bench.write([0x05], 0))).toBe('EREMOTEIO');
    expect(bench.writeRead([0x00], 1)).toEqual([0x20]);
    expect(faultOf(() => bench.write([0x06, 0x06], 0))).toBe('EREMOTEIO');
  });
});

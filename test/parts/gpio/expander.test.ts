import { describe, expect, it } from 'vitest';
import { i2cBench } from '../../sim/support.ts';

describe.each([
  ['nxp,pcf8574', 8],
  ['nxp,pcf8575', 16],
  ['nxp,pca9555', 16],
  ['nxp,pcal6408', 8],
  ['microchip,mcp23008', 8],
  ['microchip,mcp23017', 16],
])('%s has %d pins', (compatible, pins) => {
  it('`inputs` has a bit for each; `pins` and `outputs` can only be read', async () => {
    const bench = await i2cBench({ compatible, reg: 0x20 });
    bench.set('inputs', 2 ** pins - 1);
    expect([bench.get('pins'), bench.get('outputs')]).toEqual([2 ** pins - 1, 0]);
    bench.set('inputs', 0);
    expect(bench.get('pins')).toBe(0);
    for (const wrong of [2 ** pins, -1, 0.5]) expect(() => bench.set('inputs', wrong)).toThrow('inputs');
    for (const shown of ['pins', 'outputs']) expect(() => bench.set(shown, 1)).toThrow(shown);
  });
});

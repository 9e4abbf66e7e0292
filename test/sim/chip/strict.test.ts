import { describe, expect, it } from 'vitest';
import { loadModels, populateI2c, SteppedClock } from '../../../src/sim/index.ts';
import { i2cBench, node, spiBench } from '../support.ts';

const STRICT = { 'dtbus,strict': true };
const part = (compatible: string, reg: number) => i2cBench({ compatible, reg, properties: STRICT });

describe('dtbus,strict', () => {
  it('tells of reserved bits that change, once for each register', async () => {
    const bench = await part('ti,tmp102', 0x48);
    bench.write([0x02, 0x4b, 0x07]);
    bench.write([0x02, 0x4b, 0x07]);
    bench.write([0x03, 0x50, 0x01]);
    expect(bench.warnings).toEqual([
      '/i2c/part0: write of 0x4b07 to T_LOW: reserved bits 0x0007 must keep 0x0000',
      '/i2c/part0: write of 0x5001 to T_HIGH: reserved bits 0x0001 must keep 0x0000',
    ]);
  });

  it('says nothing of reserved bits that are written as they are', async () => {
    const bench = await part('ti,tmp102', 0x48);
    bench.write([0x01, 0x60, 0xb0]);
    bench.write([0x02, 0x4b, 0x08]);
    expect(bench.warnings).toEqual([]);
  });

  it('tells of a read-only register that is written', async () => {
    const bench = await part('maxim,ds3231', 0x68);
    bench.write([0x12, 0x40]);
    expect(bench.warnings).toEqual(['/i2c/part0: write of 0x40 to TEMP[1]: the register is read-only']);
    expect(bench.writeRead([0x12], 1)).toEqual([0x00]);
  });

  it('tells of registers that do not exist, read and written', async () => {
    const bench = await part('bosch,bme280', 0x76);
    bench.writeRead([0x10], 1);
    bench.write([0x20, 0x55]);
    expect(bench.warnings).toEqual([
      '/i2c/part0: read of register 0x10: no such register',
      '/i2c/part0: write of register 0x20, value 0x55: no such register',
    ]);
  });

  it('tells of commands that come too early, or that the part does not have', async () => {
    const bench = await part('sensirion,sht4x', 0x44);
    bench.write([0xfd]);
    expect(() => bench.read(6)).toThrow();
    bench.clock.advance(7e6);
    bench.write([0x77]);
    expect(bench.warnings).toEqual([
      '/i2c/part0: it was addressed before its measurement has ended',
      '/i2c/part0: command 0x77: no such command',
    ]);
  });

  it('tells of a flash that is written while it is busy, and of unknown instructions', async () => {
    const bench = await spiBench({ compatible: 'winbond,w25q80', properties: STRICT });
    bench.set('timeScale', 1);
    bench.exchange([0x06]);
    bench.exchange([0x20, 0, 0, 0]);
    bench.exchange([0x06]);
    bench.exchange([0xfe]);
    expect(bench.warnings).toEqual([
      '/spi/part0: instruction "write enable" came too early: the part is not ready for it',
      '/spi/part0: instruction 0xfe: no such instruction',
    ]);
  });

  it('of a bus means all its parts; without it nothing is told', async () => {
    const child = { name: 'temp', compatible: 'ti,tmp102', reg: 0x48 };
    for (const [properties, count] of [
      [STRICT, 1],
      [{}, 0],
    ] as const) {
      const warnings: string[] = [];
      const { wire } = populateI2c(node({ name: 'i2c', properties, children: [child] }), {
        catalogue: await loadModels(['ti,tmp102']),
        clock: new SteppedClock(undefined, false),
        warn: (sentence) => warnings.push(sentence),
      });
      wire.startTo(0x48, false);
      wire.write(Uint8Array.of(0x02, 0x4b, 0x01));
      wire.stop();
      expect(warnings).toHaveLength(count);
    }
  });
});

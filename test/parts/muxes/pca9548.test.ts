import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench } from '../../sim/support.ts';

const eeprom = { name: 'eeprom@50', compatible: 'atmel,24c02', reg: 0x50 };
const channel = (n: number) => ({ name: `i2c@${n}`, reg: n, children: [eeprom] });
const mux = (compatible: string) =>
  i2cBench({ name: 'mux@70', compatible, reg: 0x70, children: [channel(0), channel(1)] });

describe('PCA9548, a bit a channel', () => {
  it('connects nothing after power-on, then what is written', async () => {
    const bench = await mux('nxp,pca9548');
    expect(bench.read(1)).toEqual([0]);
    expect(faultOf(() => bench.read(1, 0x50))).toBe('ENXIO');
    bench.write([0x02]);
    expect(bench.parts.get('/i2c/mux@70', 'control')).toBe(2);
    bench.parts.set('/i2c/mux@70/i2c@1/eeprom@50', 'contents', Uint8Array.of(0x42));
    expect(bench.writeRead([0], 1, 0x50)).toEqual([0x42]);
  });

  it('both channels at once: zeros win', async () => {
    const bench = await mux('nxp,pca9548');
    bench.parts.set('/i2c/mux@70/i2c@0/eeprom@50', 'contents', Uint8Array.of(0xf0));
    bench.parts.set('/i2c/mux@70/i2c@1/eeprom@50', 'contents', Uint8Array.of(0x3c));
    bench.write([0x03]);
    expect(bench.writeRead([0], 1, 0x50)).toEqual([0x30]);
  });

  it('changes its channels at STOP', async () => {
    const bench = await mux('nxp,pca9548');
    const together = () =>
      bench.i2c.transfer([
        { addr: 0x70, flags: 0, buf: Uint8Array.of(1) },
        { addr: 0x50, flags: 0, buf: Uint8Array.of(0) },
      ]);
    expect(faultOf(together)).toBe('ENXIO');
    expect(faultOf(together)).toBeUndefined();
  });

  it('a reset disconnects', async () => {
    const bench = await mux('nxp,pca9548');
    bench.write([1]);
    bench.parts.at('/i2c/mux@70').reset();
    expect(faultOf(() => bench.read(1, 0x50))).toBe('ENXIO');
  });

  it('a snapshot brings the connection back', async () => {
    const bench = await mux('nxp,pca9548');
    bench.write([1]);
    const connected = bench.parts.snapshot('/i2c/mux@70');
    bench.write([0]);
    bench.parts.restore('/i2c/mux@70', connected);
    expect(faultOf(() => bench.read(1, 0x50))).toBeUndefined();
  });
});

describe('control registers', () => {
  it('PCA9546 has four bits', async () => {
    const bench = await mux('nxp,pca9546');
    bench.write([0xf1]);
    expect(bench.read(1)).toEqual([0x01]);
  });

  it('PCA9547 starts with channel 0 connected, and enables by bit 3', async () => {
    const bench = await mux('nxp,pca9547');
    expect(bench.read(1)).toEqual([0x08]);
    expect(faultOf(() => bench.read(1, 0x50))).toBeUndefined();
    bench.write([0x01]);
    expect(faultOf(() => bench.read(1, 0x50))).toBe('ENXIO');
    bench.write([0x09]);
    expect(faultOf(() => bench.read(1, 0x50))).toBeUndefined();
  });

  it('PCA9544 enables by bit 2', async () => {
    const bench = await mux('nxp,pca9544');
    bench.write([0x05]);
    expect(faultOf(() => bench.read(1, 0x50))).toBeUndefined();
    bench.write([0x01]);
    expect(faultOf(() => bench.read(1, 0x50))).toBe('ENXIO');
  });

  it('a channel that the mux does not have is refused', async () => {
    const children = [{ name: 'i2c@4', reg: 4 }];
    const wrong = i2cBench({ name: 'mux@70', compatible: 'nxp,pca9546', reg: 0x70, children });
    await expect(wrong).rejects.toThrow('/i2c/mux@70/i2c@4: reg: invalid channel 4: expected 0 to 3');
  });

  it('PCA9544 connects the one channel that its lower bits name', async () => {
    const bench = await mux('nxp,pca9544');
    bench.parts.set('/i2c/mux@70/i2c@0/eeprom@50', 'contents', Uint8Array.of(0xf0));
    bench.parts.set('/i2c/mux@70/i2c@1/eeprom@50', 'contents', Uint8Array.of(0x0f));
    const first = (control: number) => {
      bench.write([control]);
      return bench.writeRead([0], 1, 0x50);
    };
    expect([first(0x04), first(0x05)]).toEqual([[0xf0], [0x0f]]);
  });

  it('a message without data leaves the channels as they are', async () => {
    const bench = await mux('nxp,pca9548');
    bench.write([0x02]);
    bench.write([]);
    expect(bench.read(1)).toEqual([0x02]);
  });
});

describe('the channels of the tree', () => {
  it('may lie below a node i2c-mux', async () => {
    const holder = { name: 'i2c-mux', children: [channel(0), channel(1)] };
    const bench = await i2cBench({
      name: 'mux@70',
      compatible: 'nxp,pca9548',
      reg: 0x70,
      children: [holder],
    });
    bench.write([0x02]);
    expect(faultOf(() => bench.read(1, 0x50))).toBeUndefined();
  });

  it('are the children with a reg', async () => {
    const children = [{ name: 'leds', children: [eeprom] }, channel(0)];
    const bench = await i2cBench({ name: 'mux@70', compatible: 'nxp,pca9548', reg: 0x70, children });
    const parts = bench.parts.list().map(({ path }) => path);
    expect(parts).toEqual(['/i2c/mux@70/i2c@0/eeprom@50', '/i2c/mux@70']);
  });
});

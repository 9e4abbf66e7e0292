import { describe, expect, it } from 'vitest';
import { Catalogue, loadModels, populateI2c, SteppedClock } from '../../../src/sim/index.ts';
import { i2cBench, node, spiBench } from '../support.ts';

describe('a bus from the tree', () => {
  it('says of each child what answers', async () => {
    const bench = await i2cBench(
      { compatible: 'national,lm75', reg: 0x48 },
      { compatible: ['acme,gadget', 'acme,widget'], reg: 0x20 },
    );
    expect(bench.boundParts.map(({ node: child, reg, model }) => [child.path, reg, model?.bus])).toEqual([
      ['/i2c/part0', [0x48], 'i2c'],
      ['/i2c/part1', [0x20], undefined],
    ]);
  });

  it('may have its children under an i2c-bus node', async () => {
    const bus = node({
      name: 'i2c',
      children: [{ name: 'i2c-bus', children: [{ compatible: 'national,lm75', reg: 0x48 }] }],
    });
    const { wire } = populateI2c(bus, {
      catalogue: await loadModels(['national,lm75']),
      clock: new SteppedClock(undefined, false),
    });
    expect(wire.startTo(0x48, false)).toBe(true);
  });

  it('takes ten-bit addresses and leaves own-target ones alone', async () => {
    const bench = await i2cBench(
      { compatible: 'atmel,24c02', reg: 0x8000_0250 },
      { compatible: 'atmel,24c02', reg: 0x4000_0010 },
    );
    expect(bench.read(1)).toEqual([0xff]);
    expect(bench.boundParts).toHaveLength(1);
  });

  it.each([
    [0x80, 'invalid I2C address: expected 0x01 to 0x7f, got 0x80; a ten-bit one needs bit 31 set'],
    [0, 'invalid I2C address: expected 0x01 to 0x7f, got 0x0'],
    [0x8000_0400, 'invalid ten-bit I2C address: expected 0 to 0x3ff, got 0x400'],
  ])('refuses reg 0x%i', async (reg, sentence) => {
    await expect(i2cBench({ compatible: 'national,lm75', reg })).rejects.toThrow(
      `/i2c/part0: reg: ${sentence}`,
    );
  });

  it('refuses an address that is given twice', async () => {
    const twice = i2cBench(
      { compatible: 'national,lm75', reg: 0x48 },
      { compatible: 'ti,tmp102', reg: 0x48 },
    );
    await expect(twice).rejects.toThrow('/i2c/part1: reg: address 0x48 is already taken by /i2c/part0');
  });

  it('refuses a chip select that is none, or given twice', async () => {
    await expect(spiBench({ reg: 256 })).rejects.toThrow('/spi/part0: reg: an SPI chip select');
    await expect(spiBench({ reg: 1 }, { reg: 1 })).rejects.toThrow(
      'chip select 1 is already taken by /spi/part0',
    );
  });
});

describe('the catalogue', () => {
  it('every model is found under each compatible that it has, with and without the vendor', async () => {
    const all = await loadModels();
    expect(all.models.length).toBeGreaterThan(10);
    for (const { bus, compatible } of all.models) {
      for (const name of compatible) {
        expect((await loadModels([name])).find(bus, [name])?.compatible, name).toContain(name);
        const bare = name.slice(name.indexOf(',') + 1);
        expect((await loadModels([bare])).find(bus, [bare])?.bus, bare).toBe(bus);
      }
    }
  });

  it('loads nothing for a compatible that no file knows', async () => {
    expect((await loadModels(['acme,gadget'])).models).toEqual([]);
  });

  it('prefers what comes earlier in the node', async () => {
    const all = await loadModels(['ti,tmp102', 'national,lm75']);
    expect(all.find('i2c', ['acme,x', 'ti,tmp102', 'national,lm75'])?.compatible[0]).toBe('ti,tmp102');
    expect(all.find('spi', ['ti,tmp102'])).toBeUndefined();
  });

  it('a later model takes the place of an earlier one', () => {
    const catalogue = new Catalogue();
    const model = (title: string) => ({
      compatible: ['acme,x'],
      bus: 'spi' as const,
      title,
      properties: [],
      create: () => {
        throw new Error('not made here');
      },
    });
    catalogue.add(model('ours'));
    catalogue.add(model('theirs'));
    expect(catalogue.find('spi', ['acme,x'])?.title).toBe('theirs');
  });
});

import { describe, expect, it } from 'vitest';
import { isOwnedBy, ownersOf, unitsOwnedBy } from '../../../src/board/assemble/ownership.ts';
import type { DeviceNode } from '../../../src/bus/index.ts';
import { loadModels, PartRegistry, populateI2c } from '../../../src/sim/index.ts';
import { node } from '../../support/node.ts';

const owned = (owner: string) => ({ 'dtbus,owner': owner });

/** The units that an owner has on an I2C bus, in order; `simulated`: with the parts that answer there. */
async function addresses(owner: string | undefined, bus: DeviceNode, simulated = false): Promise<number[]> {
  const parts = new PartRegistry();
  if (simulated) populateI2c(bus, { catalogue: await loadModels(), parts });
  const units = unitsOwnedBy(owner, 'i2c', bus, parts.list());
  return [...(units ?? [])].sort((a, b) => a - b);
}

describe('who owns what of a bus', () => {
  it('is everybody everything while no client has an owner', () => {
    const bus = node('i2c', {}, [node('a@48', { reg: 0x48 })]);
    expect(ownersOf(bus)).toEqual([]);
    expect(unitsOwnedBy(undefined, 'i2c', bus, [])).toBeUndefined();
  });

  it('follows dtbus,owner of the clients; what has none is shared by those who are no owner', async () => {
    const bus = node('i2c', {}, [
      node('a@48', { reg: 0x48, ...owned('alice') }),
      node('b@49', { reg: 0x49, ...owned('bob') }),
      node('c@4a', { reg: [0x4a, 0x4b], ...owned('alice') }),
      node('d@4c', { reg: 0x4c }),
    ]);
    expect(ownersOf(bus)).toEqual(['alice', 'bob']);
    expect(await addresses('alice', bus)).toEqual([0x48, 0x4a, 0x4b]);
    expect(await addresses('bob', bus)).toEqual([0x49]);
    expect(await addresses(undefined, bus)).toEqual([0x4c]);
    expect(bus.children.map((client) => isOwnedBy(client, undefined))).toEqual([false, false, false, true]);
  });

  it('counts chip selects on an SPI bus', () => {
    const bus = node('spi', {}, [
      node('a@0', { reg: 0, ...owned('alice') }),
      node('b@1', { reg: 1, ...owned('bob') }),
    ]);
    expect(unitsOwnedBy('bob', 'spi', bus, [])).toEqual(new Set([1]));
  });

  it('tells a ten-bit address from the seven-bit one of the same number', async () => {
    const bus = node('i2c', {}, [
      node('a@50', { reg: 0x50, ...owned('alice') }),
      node('b@50', { reg: 0x8000_0050, ...owned('bob') }),
    ]);
    expect(await addresses('alice', bus)).toEqual([0x50]);
    expect(await addresses('bob', bus)).toEqual([0x1_0050]);
  });

  it('includes every address that a simulated part answers', async () => {
    const bus = node('i2c', {}, [
      node('eeprom@50', { compatible: 'atmel,24c08', reg: 0x50, ...owned('alice') }, [], '/i2c/eeprom@50'),
    ]);
    expect(await addresses('alice', bus, true)).toEqual([0x50, 0x51, 0x52, 0x53]);
    expect(await addresses('alice', bus)).toEqual([0x50]);
  });

  it('includes what is behind a mux, wherever its channels are', async () => {
    const channel = node('i2c@3', { reg: 3 }, [node('x@20', { reg: 0x20 })]);
    const direct = node('mux@70', { reg: 0x70, ...owned('alice') }, [channel]);
    const below = node('mux@71', { reg: 0x71, ...owned('alice') }, [node('i2c-mux', {}, [channel])]);
    expect(await addresses('alice', node('i2c', {}, [direct]))).toEqual([0x20, 0x70]);
    expect(await addresses('alice', node('i2c', {}, [below]))).toEqual([0x20, 0x71]);
  });

  it('refuses a unit of two owners', async () => {
    const bus = node('i2c', {}, [
      node('eeprom@50', { compatible: 'atmel,24c08', reg: 0x50, ...owned('alice') }, [], '/i2c/eeprom@50'),
      node('temp@52', { reg: 0x52, ...owned('bob') }),
    ]);
    await expect(addresses('bob', bus, true)).rejects.toThrow(
      '/i2c: address 0x52 belongs to clients of two owners (dtbus,owner)',
    );
  });

  it.each(['', '..', 'a/b', '-x'])('refuses the name %j: sockets are made in a folder of it', (name) => {
    expect(() => ownersOf(node('i2c', {}, [node('a@48', { reg: 0x48, ...owned(name) })]))).toThrow(
      /\/a@48: dtbus,owner: an owner is called by letters, digits/,
    );
  });
});

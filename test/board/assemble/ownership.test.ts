import { describe, expect, it } from 'vitest';
import {
  isOwnedBy,
  ownerProblems,
  ownersOf,
  ownersWithoutEffect,
  reachOn,
  unitsOwnedBy,
} from '../../../src/board/assemble/ownership.ts';
import type { DeviceNode } from '../../../src/bus/index.ts';
import { loadModels, PartRegistry, populateI2c } from '../../../src/sim/index.ts';
import { node } from '../../support/node.ts';

const owned = (owner: string) => ({ 'dtbus,owner': owner });

/** A bus without channels. */
const alone = (bus: DeviceNode) => ({ bus, clients: bus.children, below: [] });

/** The units that an owner has on an I2C bus, in order; `simulated`: with the parts that answer there. */
async function addresses(owner: string | undefined, bus: DeviceNode, simulated = false): Promise<number[]> {
  const parts = new PartRegistry();
  if (simulated) populateI2c(bus, { catalogue: await loadModels(), parts });
  const units = unitsOwnedBy(owner, 'i2c', alone(bus), parts.list());
  return [...(units ?? [])].sort((a, b) => a - b);
}

describe('who owns what of a bus', () => {
  it('is everybody everything while no client has an owner', () => {
    const bus = node('i2c', {}, [node('a@48', { reg: 0x48 })]);
    expect(ownersOf(bus)).toEqual([]);
    expect(unitsOwnedBy(undefined, 'i2c', alone(bus), [])).toBeUndefined();
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

  it('counts the bus that a channel hangs on, and keeps off what a channel may connect to a bus', () => {
    const above = node('a@48', { reg: 0x48, ...owned('alice') });
    const behind = [node('b@48', { reg: 0x48 }), node('c@49', { reg: 0x49, ...owned('alice') })];
    const bus = node('i2c', {}, [above]);
    const channel = {
      bus: node('channel', {}, behind.slice(1)),
      clients: [behind[1] as DeviceNode, above],
      below: [],
    };
    expect(unitsOwnedBy('alice', 'i2c', channel, [])).toEqual(new Set([0x48, 0x49]));
    expect(unitsOwnedBy(undefined, 'i2c', channel, [])).toEqual(new Set());
    expect(unitsOwnedBy('alice', 'i2c', { bus, clients: [above], below: behind }, [])).toEqual(new Set());
  });

  it('counts chip selects on an SPI bus', () => {
    const bus = node('spi', {}, [
      node('a@0', { reg: 0, ...owned('alice') }),
      node('b@1', { reg: 1, ...owned('bob') }),
    ]);
    expect(unitsOwnedBy('bob', 'spi', alone(bus), [])).toEqual(new Set([1]));
  });

  it('tells a ten-bit address from the seven-bit one of the same number', async () => {
    const bus = node('i2c', {}, [
      node('a@50', { reg: 0x50, ...owned('alice') }),
      node('b@50', { reg: 0x8000_0050, ...owned('bob') }),
    ]);
    expect(await addresses('alice', bus)).toEqual([0x50]);
    expect(await addresses('bob', bus)).toEqual([0x8000_0050]);
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

  it('gives a unit of two owners to nobody, says so, and leaves each of them the rest', async () => {
    const bus = node('i2c', {}, [
      node('eeprom@50', { compatible: 'atmel,24c08', reg: 0x50, ...owned('alice') }, [], '/i2c/eeprom@50'),
      node('temp@52', { reg: 0x52, ...owned('bob') }),
    ]);
    const parts = new PartRegistry();
    populateI2c(bus, { catalogue: await loadModels(), parts });
    const units = (owner: string) => unitsOwnedBy(owner, 'i2c', alone(bus), parts.list());
    expect(units('bob')).toEqual(new Set());
    expect(units('alice')).toEqual(new Set([0x50, 0x51, 0x53]));
    expect(ownerProblems('i2c', alone(bus), parts.list()).map(({ message }) => message)).toEqual([
      '/i2c: address 0x52 belongs to clients of two owners (dtbus,owner): no client may use it',
    ]);
  });

  // A socket is made in a folder of the owner's name.
  it.each(['', '..', 'a/b', '-x'])('gives the part of an owner called %j to nobody', async (name) => {
    const bus = node('i2c', {}, [
      node('a@48', { reg: 0x48, 'dtbus,owner': name }),
      node('b@49', { reg: 0x49, ...owned('bob') }),
      node('c@4a', { reg: 0x4a }),
    ]);
    expect(ownersOf(bus)).toEqual(['bob']);
    expect(await addresses('bob', bus)).toEqual([0x49]);
    expect(await addresses(undefined, bus)).toEqual([0x4a]);
    expect(ownerProblems('i2c', alone(bus), []).map(({ path, sentence }) => [path, sentence])).toEqual([
      [
        expect.stringMatching(/a@48$/),
        expect.stringMatching(/^invalid owner: expected letters, .*; no client may use the part$/),
      ],
    ]);
  });

  it('passes over a client whose reg is malformed: it is on no bus', async () => {
    for (const reg of [0, 'x', []]) {
      const bus = node('i2c', {}, [node('a@48', { reg }), node('b@49', { reg: 0x49, ...owned('bob') })]);
      expect(await addresses('bob', bus)).toEqual([0x49]);
      expect(await addresses(undefined, bus)).toEqual([]);
    }
  });
});

describe('what a transfer to an address reaches', () => {
  async function reachOf(children: readonly DeviceNode[]) {
    const bus = node('i2c', {}, children);
    const parts = new PartRegistry();
    populateI2c(bus, { catalogue: await loadModels(), parts });
    const reach = reachOn(bus, () => parts.list());
    return (unit: number) => {
      const { part, others } = reach(unit);
      return { part: [...new Set(part)].sort((a, b) => a - b), others: [...new Set(others)] };
    };
  }

  it('is every address of the part', async () => {
    const reach = await reachOf([
      node('eeprom@50', { compatible: 'atmel,24c04', reg: 0x50 }, [], '/i2c/eeprom@50'),
    ]);
    expect(reach(0x51)).toEqual({ part: [0x50, 0x51], others: [] });
  });

  it('is whoever hears an all-call', async () => {
    const reach = await reachOf([
      node('pwm@40', { compatible: 'nxp,pca9685-pwm', reg: 0x40 }, [], '/i2c/pwm@40'),
    ]);
    // PCA9685 data sheet, 7.3.7: the LED All Call address is 0x70 after power-on.
    expect(reach(0x70)).toEqual({ part: [0x70], others: [0x40] });
  });

  it('is a mux with all that is behind it', async () => {
    const behind = node('i2c@0', { reg: 0 }, [node('x@48', { reg: 0x48 }, [], '/i2c/mux@71/i2c@0/x@48')]);
    const reach = await reachOf([node('mux@71', { reg: 0x71 }, [behind], '/i2c/mux@71')]);
    expect(reach(0x48).part).toEqual([0x48, 0x71]);
    expect(reach(0x71).part).toEqual([0x48, 0x71]);
  });
});

describe('an owner behind a mux', () => {
  const muxOf = (owner: object, behind: object) =>
    node('i2c', {}, [
      node(
        'mux@70',
        { reg: 0x70, ...owner },
        [node('i2c@0', { reg: 0 }, [node('x@48', { reg: 0x48, ...behind }, [], '/i2c/mux@70/i2c@0/x@48')])],
        '/i2c/mux@70',
      ),
    ]);

  it('that is not the mux’s own has no effect, and a sentence says so', () => {
    expect(ownersWithoutEffect(muxOf(owned('alice'), owned('bob')))).toEqual([
      '/i2c/mux@70/i2c@0/x@48: dtbus,owner has no effect behind a mux; set it on /i2c/mux@70',
    ]);
  });

  it('that is the mux’s own, or none, is no news', () => {
    expect(ownersWithoutEffect(muxOf(owned('alice'), owned('alice')))).toEqual([]);
    expect(ownersWithoutEffect(muxOf(owned('alice'), {}))).toEqual([]);
  });
});

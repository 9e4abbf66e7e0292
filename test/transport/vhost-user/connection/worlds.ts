import { afterEach, beforeEach, expect } from 'vitest';
import type { VirtioDevice } from '../../../../src/virtio/index.ts';
import { eeprom24c02, lm75, PlainI2cDevice } from '../../../guest/plain-i2c-device.ts';
import { HoldingDevice, leaks, NEGOTIATED, type TestMemory, TestRing, World } from '../harness.ts';

/** Connections and rings for the tests of a file: each test's are closed behind it, and must leave nothing open. */
export function useWorlds() {
  let before: string[];
  const worlds: World[] = [];
  const rings: TestRing[] = [];

  beforeEach(() => {
    before = leaks();
  });
  afterEach(async () => {
    for (const ring of rings.splice(0)) ring.close();
    for (const world of worlds.splice(0)) await world.close();
    expect(leaks()).toEqual(before);
  });

  function world(device: VirtioDevice = new HoldingDevice(), options = {}, memory?: TestMemory): World {
    const made = new World(device, options, memory);
    worlds.push(made);
    return made;
  }

  /** One whose device answers at once: an LM75 at 25 °C and an EEPROM. */
  function plain(options = {}, memory?: TestMemory): World {
    const parts = new Map([
      [0x48, lm75(25 * 256)],
      [0x50, eeprom24c02()],
    ]);
    return world(new PlainI2cDevice(parts), options, memory);
  }

  function ring(of: World, index = 0, size = 16, features = NEGOTIATED): TestRing {
    const made = new TestRing(of, index, size, features);
    rings.push(made);
    return made;
  }

  return { world, plain, ring };
}

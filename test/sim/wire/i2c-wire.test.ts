import { describe, expect, it } from 'vitest';
import { type I2cPart, I2cWire, SteppedClock, TEN_BIT_ADDRESS } from '../../../src/sim/index.ts';

/** A part that writes down what happens to it and sends 1, 2, 3, ... */
function recorder(addresses: readonly number[], more: Partial<I2cPart> = {}) {
  const log: string[] = [];
  let next = 0;
  const part: I2cPart = {
    addresses,
    state: {},
    reset() {},
    start(address, read) {
      log.push(`${read ? 'read' : 'write'} ${(address >>> 0).toString(16)}`);
      return true;
    },
    write(data) {
      log.push(`< ${[...data].join(' ')}`);
      return data.length;
    },
    read(into) {
      for (let i = 0; i < into.length; i++) into[i] = ++next;
      log.push(`> ${[...into].join(' ')}`);
    },
    stop() {
      log.push('stop');
    },
    ...more,
  };
  return { part, log };
}

function wire(...parts: I2cPart[]) {
  const warnings: string[] = [];
  const clock = new SteppedClock(undefined, false);
  const bus = new I2cWire({ clock, warn: (sentence) => warnings.push(sentence) });
  for (const [index, part] of parts.entries()) bus.attach(part, `/part${index}`);
  return { bus, warnings, clock };
}

describe('runs of bytes, for controllers', () => {
  it('an address that nobody has is not acknowledged; reads give 0xff', () => {
    const { bus } = wire();
    expect(bus.startTo(0x50, true)).toBe(false);
    const into = new Uint8Array(2);
    bus.read(into);
    expect([...into]).toEqual([0xff, 0xff]);
    expect(bus.write(Uint8Array.of(1))).toBe(0);
  });

  it('a repeated START reaches the part without a STOP', () => {
    const { part, log } = recorder([0x50]);
    const { bus } = wire(part);
    bus.startTo(0x50, false);
    bus.write(Uint8Array.of(7, 8));
    bus.startTo(0x50, true);
    bus.read(new Uint8Array(2));
    bus.stop();
    expect(log).toEqual(['write 50', '< 7 8', 'read 50', '> 1 2', 'stop']);
  });

  it('STOP reaches everyone who was addressed, once, and nobody else', () => {
    const [a, b, c] = [recorder([1]), recorder([2]), recorder([3])];
    const { bus } = wire(a.part, b.part, c.part);
    bus.startTo(1, false);
    bus.startTo(2, false);
    bus.startTo(1, false);
    bus.stop();
    bus.stop();
    expect(a.log).toEqual(['write 1', 'write 1', 'stop']);
    expect(b.log).toEqual(['write 2', 'stop']);
    expect(c.log).toEqual([]);
  });

  it('says how many bytes were acknowledged', () => {
    const { part } = recorder([1], { write: () => 2 });
    const { bus } = wire(part);
    bus.startTo(1, false);
    expect(bus.write(Uint8Array.of(1, 2, 3, 4))).toBe(2);
  });

  it('several parts at a shared address all hear a write; of what they send, zeros win', () => {
    const shared = { sharedAddresses: [0x0c] };
    const a = recorder([1], { ...shared, read: (into) => into.fill(0xf3) });
    const b = recorder([2], { ...shared, read: (into) => into.fill(0x3f) });
    const { bus } = wire(a.part, b.part);
    bus.startTo(0x0c, false);
    bus.write(Uint8Array.of(6));
    expect([a.log.at(-1), b.log.at(-1)]).toEqual(['< 6', '< 6']);
    const into = new Uint8Array(1);
    bus.startTo(0x0c, true);
    bus.read(into);
    expect(into[0]).toBe(0x33);
  });

  it('seven and ten bits of the same value are two addresses', () => {
    const seven = recorder([0x50]);
    const ten = recorder([(TEN_BIT_ADDRESS | 0x50) >>> 0]);
    const { bus } = wire(seven.part, ten.part);
    bus.startTo((TEN_BIT_ADDRESS | 0x50) >>> 0, false);
    expect(seven.log).toEqual([]);
    expect(ten.log).toEqual(['write 80000050']);
  });

  it('a part may change its address', () => {
    const addresses = [0x29];
    const { part } = recorder(addresses);
    const { bus } = wire(part);
    addresses[0] = 0x30;
    bus.readdress();
    expect([bus.startTo(0x29, false), bus.startTo(0x30, false)]).toEqual([false, true]);
  });

  it('lets the time pass for which a part holds the clock', () => {
    const { part } = recorder([1], { stretchNs: 2000 });
    const { bus, clock } = wire(part);
    bus.startTo(1, true);
    expect(clock.now()).toBe(2000);
  });

  it('a detached part is gone', () => {
    const { part } = recorder([1]);
    const { bus } = wire(part);
    bus.detach(part);
    expect(bus.startTo(1, false)).toBe(false);
  });
});

describe('byte by byte, for firmware emulators', () => {
  it('the first byte after START is the address', () => {
    const { part, log } = recorder([0x50]);
    const { bus } = wire(part);
    bus.start();
    expect(bus.writeByte(0xa0)).toBe(true);
    expect(bus.writeByte(0x10)).toBe(true);
    bus.start();
    expect(bus.writeByte(0xa1)).toBe(true);
    expect([bus.readByte(true), bus.readByte(false)]).toEqual([1, 2]);
    bus.stop();
    expect(log).toEqual(['write 50', '< 16', 'read 50', '> 1', '> 2', 'stop']);
  });

  it('an unclaimed address is not acknowledged and reads 0xff', () => {
    const { bus } = wire();
    bus.start();
    expect(bus.writeByte(0xa1)).toBe(false);
    expect(bus.readByte(true)).toBe(0xff);
    expect(bus.writeByte(1)).toBe(false);
  });

  it('after NACK the part sends nothing more', () => {
    const { part } = recorder([0x50]);
    const { bus } = wire(part);
    bus.start();
    bus.writeByte(0xa1);
    expect([bus.readByte(false), bus.readByte(true)]).toEqual([1, 0xff]);
  });

  it('without START nobody listens', () => {
    const { part, log } = recorder([0x50]);
    const { bus } = wire(part);
    expect(bus.writeByte(0xa0)).toBe(false);
    expect(bus.readByte(true)).toBe(0xff);
    expect(log).toEqual([]);
  });

  // UM10204, 3.1.11: 11110 A9 A8 W, A7..A0, then after a repeated START 11110 A9 A8 R.
  it('addresses ten bits in two bytes, and reads after a repeated START', () => {
    const { part, log } = recorder([(TEN_BIT_ADDRESS | 0x2a5) >>> 0]);
    const { bus } = wire(part);
    bus.start();
    expect(bus.writeByte(0xf4)).toBe(true);
    expect(bus.writeByte(0xa5)).toBe(true);
    expect(bus.writeByte(9)).toBe(true);
    bus.start();
    expect(bus.writeByte(0xf5)).toBe(true);
    expect(bus.readByte(false)).toBe(1);
    bus.stop();
    expect(log).toEqual(['write 800002a5', '< 9', 'read 800002a5', '> 1', 'stop']);
  });

  it('a ten-bit read without the write before it finds nobody', () => {
    const { part } = recorder([(TEN_BIT_ADDRESS | 0x2a5) >>> 0]);
    const { bus } = wire(part);
    bus.start();
    expect(bus.writeByte(0xf5)).toBe(false);
    bus.start();
    expect(bus.writeByte(0xf2)).toBe(false);
  });
});

describe('a model that throws', () => {
  const boom = () => {
    throw new Error('boom');
  };

  it.each(['start', 'write', 'read', 'stop'] as const)('in %s is named once and stops answering', (where) => {
    const { part } = recorder([1], { [where]: boom });
    const other = recorder([2]);
    const { bus, warnings } = wire(part, other.part);
    const into = new Uint8Array(1);
    for (let round = 0; round < 2; round++) {
      bus.startTo(1, false);
      bus.write(Uint8Array.of(1));
      bus.startTo(1, true);
      bus.read(into);
      bus.stop();
    }
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^\/part0: model threw an error; part disabled until reset: Error: boom/);
    expect(into[0]).toBe(0xff);
    expect([bus.startTo(1, false), bus.startTo(2, false)]).toEqual([false, true]);
  });

  it('answers again when it is revived', () => {
    let broken = true;
    const { part } = recorder([1], { start: () => (broken ? boom() : true) });
    const { bus } = wire(part);
    bus.startTo(1, false);
    broken = false;
    bus.revive(part);
    expect(bus.startTo(1, false)).toBe(true);
  });
});

describe('segments behind a part', () => {
  it('are heard while they are connected', () => {
    const below = recorder([0x50]);
    const { bus: segment } = wire(below.part);
    const segments: I2cWire[] = [];
    const mux = recorder([0x70], { segments });
    const { bus } = wire(mux.part);
    expect([bus.startTo(0x50, false), bus.has(0x50)]).toEqual([false, false]);
    segments.push(segment);
    expect([bus.startTo(0x50, false), bus.has(0x50)]).toEqual([true, true]);
    bus.stop();
    expect(below.log).toEqual(['write 50', 'stop']);
  });
});

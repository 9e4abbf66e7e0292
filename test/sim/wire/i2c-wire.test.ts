import { describe, expect, it } from 'vitest';
import { type Clock, I2cWire, SteppedClock, TEN_BIT_ADDRESS } from '../../../src/sim/index.ts';
import { recorder, wire } from './recorder.ts';

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

  it('only those answer together that have the address that was sent last', () => {
    const read = (value: number) => (into: Uint8Array) => void into.fill(value);
    const [a, b, c] = [
      recorder([1], { sharedAddresses: [0x10, 0x11], read: read(0xf7) }),
      recorder([2], { sharedAddresses: [0x10, 0x11], read: read(0x7f) }),
      recorder([3], { sharedAddresses: [0x10], read: read(0) }),
    ];
    const { bus } = wire(a.part, b.part, c.part);
    bus.startTo(0x10, true);
    bus.startTo(0x11, true);
    const into = new Uint8Array(2);
    bus.read(into);
    expect([...into]).toEqual([0x77, 0x77]);
  });

  it('nothing comes from parts that were addressed to write', () => {
    const shared = { sharedAddresses: [0x10] };
    const [a, b] = [recorder([1], shared), recorder([2], shared)];
    const { bus } = wire(a.part, b.part);
    const into = new Uint8Array(1);
    for (const address of [1, 0x10]) {
      bus.startTo(address, false);
      bus.read(into);
      expect([...into]).toEqual([0xff]);
    }
    expect([a.log, b.log]).toEqual([['write 1', 'write 10'], ['write 10']]);
  });

  // SMBus 3.2, appendix A.2: who sends 1 and sees 0 waits for the next alert response.
  it('at the alert response address the lowest answer wins, elsewhere nobody loses', () => {
    const lost: number[] = [];
    const part = (address: number, more = {}) =>
      recorder([address], {
        sharedAddresses: [0x0c, 0x0d],
        read: (into) => into.fill(address << 1),
        ...more,
      }).part;
    const loses = (address: number) => part(address, { loseArbitration: () => lost.push(address) });
    const { bus } = wire(loses(0x49), part(0x4b), loses(0x48), loses(0x4a));
    const into = new Uint8Array(1);
    bus.startTo(0x0d, true);
    bus.read(into);
    // 0x90 & 0x92 & 0x94 & 0x96
    expect([into[0], lost]).toEqual([0x90, []]);
    bus.startTo(0x0c, true);
    bus.read(into);
    expect([into[0], lost]).toEqual([0x48 << 1, [0x49, 0x4a]]);
  });

  it('a part may change its address', () => {
    const addresses = [0x29];
    const { part } = recorder(addresses);
    const { bus } = wire(part);
    addresses[0] = 0x30;
    bus.slots.readdress();
    expect([bus.startTo(0x29, false), bus.startTo(0x30, false)]).toEqual([false, true]);
  });

  it('lets the time pass for which a part holds the clock', () => {
    const { part } = recorder([1], { stretchNs: 2000 });
    const { bus, clock } = wire(part);
    bus.startTo(1, true);
    expect(clock.now()).toBe(2000);
  });

  it('counts for how long the clock was held since the bus was free', () => {
    const held = recorder([1], { stretchNs: 2000 });
    const longer = recorder([2], { stretchNs: 3000 });
    const { bus, clock } = wire(held.part, longer.part);
    bus.startTo(1, false);
    // The same part again: it is asked how long in this message, and that has passed.
    bus.write(Uint8Array.of(1));
    expect([bus.stretchedNs, clock.now()]).toEqual([2000, 2000]);
    bus.startTo(2, false);
    expect([bus.stretchedNs, clock.now()]).toEqual([5000, 5000]);
    bus.stop();
    bus.startTo(1, false);
    expect([bus.stretchedNs, clock.now()]).toEqual([2000, 7000]);
  });

  it('lets pass only by how much a part holds the clock longer', () => {
    let ns = 2000;
    const { part } = recorder([1]);
    Object.defineProperty(part, 'stretchNs', { get: () => ns });
    const { bus, clock } = wire(part);
    bus.startTo(1, false);
    ns = 5000;
    bus.write(Uint8Array.of(1));
    expect([bus.stretchedNs, clock.now()]).toEqual([5000, 5000]);
  });

  it('runs what is due before an address is sent', () => {
    const clock = new SteppedClock(undefined, false);
    let polls = 0;
    const polled: Clock = Object.assign(Object.create(clock), { poll: () => polls++ });
    new I2cWire({ clock: polled }).startTo(1, false);
    expect(polls).toBe(1);
  });

  it('a detached part is gone, and no other', () => {
    const [first, second, third] = [recorder([1]), recorder([2]), recorder([3])];
    const { bus } = wire(first.part, second.part);
    bus.detach(second.part);
    bus.detach(second.part);
    bus.detach(third.part);
    expect([bus.startTo(1, false), bus.startTo(2, false)]).toEqual([true, false]);
  });

  it.each([
    ['nothing', undefined, 2],
    ['less than none', -1, 2],
    ['more than there were', 3, 2],
    ['none', 0, 0],
    ['all', 2, 2],
  ])('a part that says it acknowledged %s', (_what, count, acknowledged) => {
    const { bus } = wire(recorder([1], { write: () => count as number }).part);
    bus.startTo(1, false);
    expect(bus.write(Uint8Array.of(7, 8))).toBe(acknowledged);
  });

  it('where several parts hear a write, the most that one acknowledged counts', () => {
    const shared = { sharedAddresses: [0x0c] };
    const parts = [1, 3, 2].map((count) => recorder([count], { ...shared, write: () => count }).part);
    const { bus } = wire(...parts);
    bus.startTo(0x0c, false);
    expect(bus.write(Uint8Array.of(1, 2, 3, 4))).toBe(3);
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

  it('after STOP nobody listens', () => {
    const { part } = recorder([0x50]);
    const { bus } = wire(part);
    bus.start();
    bus.writeByte(0xa0);
    bus.stop();
    expect([bus.writeByte(1), bus.readByte(true)]).toEqual([false, 0xff]);
  });

  it('a ten-bit read goes on only where the write before it was', () => {
    const { part } = recorder([(TEN_BIT_ADDRESS | 0x2a5) >>> 0, (TEN_BIT_ADDRESS | 0x001) >>> 0]);
    const { bus } = wire(part);
    // 0x001 was never addressed in full, neither at first nor since STOP.
    bus.start();
    expect(bus.writeByte(0xf1)).toBe(false);
    bus.start();
    expect([bus.writeByte(0xf4), bus.writeByte(0xa5)]).toEqual([true, true]);
    bus.start();
    expect(bus.writeByte(0xf3)).toBe(false);
    bus.start();
    expect(bus.writeByte(0xf5)).toBe(true);
    bus.stop();
    bus.start();
    expect(bus.writeByte(0xf1)).toBe(false);
    bus.start();
    expect(bus.writeByte(0xf5)).toBe(false);
  });

  it('the first byte of ten bits is acknowledged for who is behind a mux', () => {
    const { bus: empty } = wire();
    const { bus: segment } = wire(recorder([(TEN_BIT_ADDRESS | 0x2a5) >>> 0]).part);
    const none = recorder([0x70]);
    Object.defineProperty(none.part, 'segments', { value: [] });
    const mux = recorder([0x71], { segments: [empty, segment] });
    const { bus } = wire(none.part, mux.part);
    bus.start();
    expect(bus.writeByte(0xf2)).toBe(false);
    bus.start();
    expect([bus.writeByte(0xf4), bus.writeByte(0xa5)]).toEqual([true, true]);
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

describe('segments behind a part', () => {
  it('are heard while they are connected', () => {
    const below = recorder([0x50]);
    const { bus: segment } = wire(below.part);
    const segments: I2cWire[] = [];
    const mux = recorder([0x70], { segments });
    const { bus } = wire(mux.part);
    expect([bus.startTo(0x50, false), bus.slots.has(0x50)]).toEqual([false, false]);
    segments.push(segment);
    expect([bus.startTo(0x50, false), bus.slots.has(0x50)]).toEqual([true, true]);
    bus.stop();
    expect(below.log).toEqual(['write 50', 'stop']);
  });

  it('are looked through for who has an address, and why it did not acknowledge', () => {
    const busy = recorder([0x50], { busyReason: 'it writes' });
    const other = recorder([0x51]);
    const { bus: left } = wire(other.part);
    const { bus: right } = wire(busy.part);
    const unconnected: I2cWire[] | undefined = undefined;
    const { part: mux } = recorder([0x70], { segments: [left, right] });
    const off = recorder([0x71], { segments: [] }).part;
    const { bus } = wire(off, mux);
    expect([bus.slots.has(0x50), bus.slots.has(0x51), bus.slots.has(0x70), bus.slots.has(0x52)]).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect([bus.reasonAt(0x50), bus.reasonAt(0x51), bus.reasonAt(0x70)]).toEqual([
      'it writes',
      undefined,
      undefined,
    ]);
    Object.defineProperty(mux, 'segments', { value: unconnected });
    expect([bus.slots.has(0x50), bus.reasonAt(0x50), bus.startTo(0x50, false)]).toEqual([
      false,
      undefined,
      false,
    ]);
  });

  it('do not answer for a part of the bus that is busy itself', () => {
    const { bus: segment } = wire(recorder([0x50], { busyReason: 'the one behind' }).part);
    const mux = recorder([0x70], { segments: [segment] });
    const { bus } = wire(mux.part, recorder([0x50]).part);
    expect(bus.reasonAt(0x50)).toBeUndefined();
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import { I2cWire, type SpiPart, SpiWire, SteppedClock } from '../../../src/sim/index.ts';
import { StoppedModelError } from '../../../src/sim/own/time-limit.ts';
import { brokenSentence } from '../../../src/sim/wire/broken.ts';
import { recorder, wire } from './recorder.ts';

describe('an I2C part whose model throws', () => {
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

  it('is not told of STOP, and others are', () => {
    const [bad, good] = [recorder([1]), recorder([2])];
    bad.part.write = boom;
    const { bus } = wire(bad.part, good.part);
    bus.startTo(2, false);
    bus.startTo(1, false);
    bus.write(Uint8Array.of(1));
    bus.stop();
    expect([bad.log, good.log]).toEqual([['write 1'], ['write 2', 'stop']]);
  });

  it('is named with what helps, until it is revived, and only it is', () => {
    const [bad, other] = [recorder([1], { start: boom }), recorder([2], { start: boom })];
    const { bus } = wire(bad.part, other.part);
    bus.startTo(1, false);
    bus.startTo(2, false);
    const reason = 'the model of the part failed; reset the part';
    expect([bus.reasonAt(1), bus.reasonAt(2)]).toEqual([reason, reason]);
    bus.revive(bad.part);
    expect([bus.reasonAt(1), bus.reasonAt(2)]).toEqual([undefined, reason]);
  });

  it('lets the others answer that have its address too', () => {
    const shared = { sharedAddresses: [0x0c] };
    const bad = recorder([1], { ...shared, read: boom, write: boom });
    const good = recorder([2], { ...shared, read: (into) => into.fill(0x3f) });
    const late = recorder([3], { ...shared, read: (into) => into.fill(0xf3) });
    const { bus, warnings } = wire(bad.part, good.part, late.part);
    const into = new Uint8Array(1);
    bus.startTo(0x0c, true);
    for (let round = 0; round < 2; round++) {
      bus.read(into);
      expect(into[0]).toBe(0x33);
    }
    expect(warnings).toHaveLength(1);
    bus.revive(bad.part);
    bus.startTo(0x0c, false);
    expect([bus.write(Uint8Array.of(1)), bus.write(Uint8Array.of(2))]).toEqual([1, 1]);
    expect([good.log.at(-1), warnings.length]).toEqual(['< 2', 2]);
  });

  it('is silent at an alert response where all of them throw', () => {
    const shared = { sharedAddresses: [0x0c], read: boom, loseArbitration() {} };
    const { bus, warnings } = wire(recorder([1], shared).part, recorder([2], shared).part);
    const into = new Uint8Array(1);
    bus.startTo(0x0c, true);
    bus.read(into);
    expect([into[0], warnings.length]).toEqual([0xff, 2]);
  });

  it('outside of a call is named once, and no other', () => {
    const [bad, good] = [recorder([1]), recorder([2])];
    const { bus, warnings } = wire(bad.part, good.part);
    bus.fail(bad.part, new Error('boom'));
    bus.fail(bad.part, new Error('again'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('/part0: model threw an error');
    expect([bus.startTo(1, false), bus.startTo(2, false)]).toEqual([false, true]);
  });

  it.each([
    [new StoppedModelError(), true],
    [new Error('boom'), false],
  ])('by %s is left for who looks whether one was ended', (error, isLeft) => {
    const { bus } = wire(
      recorder([1], {
        start() {
          throw error;
        },
      }).part,
    );
    bus.startTo(1, false);
    expect(bus.stopped).toBe(isLeft ? error : undefined);
  });
});

describe('an SPI part whose model throws', () => {
  /** Throws where it is given the byte 3. */
  const part: SpiPart = {
    state: {},
    reset() {},
    select() {},
    deselect() {},
    transfer(tx, rx) {
      if (tx?.[0] === 3) throw new Error('boom');
      rx?.fill(7);
    },
  };
  const make = (timed: boolean) => {
    const warnings: string[] = [];
    const clock = new SteppedClock(undefined, timed);
    const bus = new SpiWire({ clock, warn: (sentence) => warnings.push(sentence) });
    bus.attach(0, part, '/part0');
    bus.attach(1, { ...part }, '/part1');
    bus.select(0, 0);
    return { bus, warnings };
  };

  it('is silent from that byte on, in the same message too', () => {
    const { bus, warnings } = make(true);
    const rx = new Uint8Array(4);
    bus.exchange(Uint8Array.of(1, 2, 3, 4), rx, 4);
    expect([...rx]).toEqual([7, 7, 0xff, 0xff]);
    bus.select(0, 0);
    bus.exchange(Uint8Array.of(1, 2, 3, 4), undefined, 4);
    expect(warnings).toHaveLength(1);
  });

  it('need not have been listened to', () => {
    const { bus, warnings } = make(true);
    bus.exchange(Uint8Array.of(3, 3), undefined, 2);
    expect(warnings).toHaveLength(1);
    const again = make(false);
    again.bus.exchange(Uint8Array.of(3), undefined, 1);
    expect(again.warnings).toHaveLength(1);
  });

  it('answers again when it is revived, and no other', () => {
    const { bus } = make(false);
    const other = bus.partAt(1) as SpiPart;
    const answer = (chipSelect: number) => {
      const rx = new Uint8Array(1);
      bus.select(chipSelect, 0);
      bus.exchange(Uint8Array.of(1), rx, 1);
      return rx[0];
    };
    bus.fail(part, new Error('boom'));
    bus.fail(other, new Error('boom'));
    expect([answer(0), answer(1)]).toEqual([0xff, 0xff]);
    bus.revive(other);
    expect([answer(0), answer(1)]).toEqual([0xff, 7]);
  });

  it('outside of a call is named once, is silent at once, and no other', () => {
    const { bus, warnings } = make(false);
    const rx = new Uint8Array(1);
    bus.fail(bus.partAt(1) as SpiPart, new Error('boom'));
    bus.exchange(Uint8Array.of(1), rx, 1);
    expect(rx[0]).toBe(7);
    bus.fail(part, new Error('boom'));
    bus.fail(part, new Error('again'));
    bus.exchange(Uint8Array.of(1), rx, 1);
    expect(rx[0]).toBe(0xff);
    expect(warnings).toHaveLength(2);
  });

  it.each([
    [new StoppedModelError(), true],
    [new Error('boom'), false],
  ])('by %s is left for who looks whether one was ended', (error, isLeft) => {
    const bus = new SpiWire({ clock: new SteppedClock(), warn() {} });
    const throws = () => {
      throw error;
    };
    bus.attach(0, { ...part, select: throws }, '/part');
    bus.select(0, 0);
    expect(bus.stopped).toBe(isLeft ? error : undefined);
  });
});

describe('what is said of it', () => {
  afterEach(() => vi.restoreAllMocks());

  it('names the error and the calls of the model, on one line', () => {
    const error = new RangeError('too large');
    const ours = new URL('../../../src/sim/chip/sheet-chip.ts', import.meta.url).pathname;
    error.stack = `RangeError: too large\n    at read (file:///board/own.mjs:5:7)\n    at of (file:///board/own.mjs:2:7)\n    at call (${ours}:1:1)\n    at main (x:1:1)`;
    expect(brokenSentence('/i2c/part', error)).toBe(
      '/i2c/part: model threw an error; part disabled until reset: RangeError: too large, at read (file:///board/own.mjs:5:7), at of (file:///board/own.mjs:2:7)',
    );
    error.stack = `RangeError: too large\n    at call (${ours}:1:1)\n    at main (x:1:1)`;
    expect(brokenSentence('/i2c/part', error)).toBe(
      `/i2c/part: model threw an error; part disabled until reset: RangeError: too large, at call (${ours}:1:1)`,
    );
    delete error.stack;
    expect(brokenSentence('/i2c/part', error)).toBe(
      '/i2c/part: model threw an error; part disabled until reset: RangeError: too large',
    );
    expect(brokenSentence('/i2c/part', 'text')).toBe(
      '/i2c/part: model threw an error; part disabled until reset: text',
    );
  });

  it('says that a model was ended', () => {
    expect(brokenSentence('/i2c/part', new StoppedModelError())).toBe(
      '/i2c/part: the model did not return within 1 s; part disabled until reset',
    );
  });

  it.each([
    ['I2C', () => new I2cWire(), (bus: unknown) => (bus as I2cWire).attach(recorder([1]).part, '/part')],
    [
      'SPI',
      () => new SpiWire(),
      (bus: unknown) => (bus as SpiWire).attach(0, recorder([1]).part as never, '/part'),
    ],
  ])('is a warning of the process where %s has nobody to tell', (_bus, make, attach) => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const bus = make();
    attach(bus);
    const part = bus instanceof SpiWire ? bus.partAt(0) : bus.partAt(1);
    bus.fail(part as never, 'text');
    expect(warned.mock.calls).toEqual([['/part: model threw an error; part disabled until reset: text']]);
  });
});

import { describe, expect, it, vi } from 'vitest';
import { GpioLines, VirtioGpioDevice } from '../../../src/backend/gpio.ts';
import { Client } from '../../../src/backend/index.ts';
import {
  allocateQueueAreas,
  createDeviceQueue,
  createDriverQueue,
  DmaAllocator,
  GuestMemory,
} from '../../../src/virtio/index.ts';

const PART = { name: '/i2c/part INT' };

describe('a listener that throws', () => {
  it('fails neither who drives the line nor the listeners after it', () => {
    const lines = new GpioLines('/gpio', ['a']);
    const failures: unknown[] = [];
    const heard: boolean[] = [];
    const error = new Error('EPERM: write');
    lines.listen(
      () => {
        throw error;
      },
      (thrown) => failures.push(thrown),
    );
    lines.listen((_, high) => heard.push(high));
    lines.drive(0, PART, false);
    expect(failures).toEqual([error]);
    expect(heard).toEqual([false]);
    expect(lines.level(0)).toBe(false);
  });

  it('is not called again', () => {
    const lines = new GpioLines('/gpio', ['a']);
    let calls = 0;
    lines.listen(
      () => {
        calls++;
        throw new Error('no');
      },
      () => {},
    );
    for (const high of [false, true, false]) lines.drive(0, PART, high);
    expect(calls).toBe(1);
  });

  it('that an earlier listener has ended is not called', () => {
    const lines = new GpioLines('/gpio', ['a']);
    let end = () => {};
    let calls = 0;
    lines.listen(() => end());
    end = lines.listen(() => calls++);
    lines.drive(0, PART, false);
    expect(calls).toBe(0);
  });
});

describe('the lines of a controller', () => {
  const lines = new GpioLines('/gpio', ['a', '']);

  it.each([-1, 2, 0.5, Number.NaN])('there is no line %d', (line) => {
    const message = `/gpio has no line ${line}; its lines are 0 to 1`;
    expect(() => lines.level(line)).toThrow(new RangeError(message));
    expect(() => lines.drive(line, PART, false)).toThrow(new RangeError(message));
  });

  it.each([0, 1])('line %i is high until somebody pulls it low, and again when all let go', (line) => {
    const other = { name: 'another' };
    expect(lines.level(line)).toBe(true);
    lines.drive(line, PART, false);
    lines.drive(line, other, true);
    expect(lines.level(line)).toBe(false);
    lines.drive(line, PART, undefined);
    expect(lines.level(line)).toBe(true);
  });

  it('are owned as lines', () => {
    lines.ownership.claim(new Client('one'), 1);
    expect(() => lines.ownership.claim(new Client('two'), 1)).toThrow('EBUSY: /gpio: line 1 is owned by one');
  });

  it('name who gives them their level: all that pull low, else the front-end whose output it is', () => {
    const wires = new GpioLines('/gpio', ['a', 'b']);
    const others = ['INT of one', 'INT of another'].map((name) => ({ name }));
    const guest = new Client('guest');
    expect([wires.outputOf(0), wires.driversOf(0)]).toEqual([undefined, []]);
    wires.ownership.claim(guest, 0);
    wires.drive(0, guest, true);
    expect([wires.outputOf(0), wires.driversOf(0)]).toEqual(['guest', ['guest']]);
    expect([wires.outputOf(1), wires.driversOf(1)]).toEqual([undefined, []]);
    for (const other of others) wires.drive(0, other, false);
    expect(wires.driversOf(0)).toEqual(['INT of one', 'INT of another']);
    expect(wires.outputOf(0)).toBe('guest');
    expect(() => wires.driversOf(2)).toThrow('/gpio has no line 2; its lines are 0 to 1');
    expect(() => wires.outputOf(-1)).toThrow('/gpio has no line -1; its lines are 0 to 1');
  });

  it('warn of a listener that failed, where nobody else is told', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    lines.listen(() => {
      throw new Error('no');
    });
    lines.drive(0, PART, false);
    expect(warn.mock.calls).toEqual([['/gpio: a listener failed and is not called again: no']]);
    warn.mockRestore();
  });
});

describe('a front-end whose interrupts cannot be told', () => {
  /** A device model whose notification throws, as a call descriptor does that was sealed meanwhile. */
  function brokenFrontEnd(lines: GpioLines): void {
    const buffer = new SharedArrayBuffer(1 << 20);
    const bytes = new Uint8Array(buffer);
    const memory = GuestMemory.over(buffer);
    const dma = new DmaAllocator(0x1000, (1 << 20) - 0x1000);
    const device = new VirtioGpioDevice(lines, new Client('broken'));
    device.acceptFeatures(1);
    const rings = [0, 1].map(() => {
      const config = { ...allocateQueueAreas(dma, 16, 0), size: 16, features: 0 };
      return { driver: createDriverQueue<number>(memory, config), queue: createDeviceQueue(memory, config) };
    });
    let sealed = false;
    device.activate(
      rings.map(({ queue }) => queue),
      () => {
        if (sealed) throw new Error('EPERM: doorbell');
      },
    );
    const send = (index: number, request: readonly number[], writable: number) => {
      const [at, answer] = [dma.alloc(16), dma.alloc(16)];
      bytes.set(request, at);
      rings[index]?.driver.addBuf([{ addr: at, len: request.length }], [{ addr: answer, len: writable }], 1);
      rings[index]?.driver.kickPrepare();
      device.processQueue(index);
    };
    // virtio 1.4, 5.18.6: SET_IRQ_TYPE (6) of line 0, both edges (3); then a pair of buffers for line 0.
    send(0, [6, 0, 0, 0, 3, 0, 0, 0], 2);
    send(1, [0, 0], 1);
    sealed = true;
  }

  it('does not fail the front-end that drives the line', () => {
    const lines = new GpioLines('/gpio', ['a']);
    brokenFrontEnd(lines);
    let heard = 0;
    lines.listen(() => heard++);
    expect(() => lines.drive(0, PART, false)).not.toThrow();
    expect(() => lines.drive(0, PART, true)).not.toThrow();
    expect(heard).toBe(2);
  });
});

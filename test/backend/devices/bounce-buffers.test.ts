import { describe, expect, it, vi } from 'vitest';
import {
  completeChain,
  copyOfMessages,
  copyOfTransfers,
  deliverMessages,
  deliverTransfers,
} from '../../../src/backend/devices/bounce-buffers.ts';
import { reschedule } from '../../../src/backend/devices/reschedule.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import type { DescriptorChain, DeviceQueue } from '../../../src/virtio/index.ts';
import { MockGuest } from '../../support/mock-guest.ts';
import { spiTransfer } from '../../support/spi.ts';

/** Chains with room for these many bytes each, in pieces of 4 KiB pages that can be unplugged. */
function chainsOf(...rooms: readonly (readonly number[])[]) {
  const guest = new MockGuest(16);
  const driver = guest.driver<number>();
  const queue = guest.device();
  const pages = rooms.map((pieces) => pieces.map((len) => ({ addr: guest.dma.alloc(4096, 4096), len })));
  for (const [i, pieces] of pages.entries()) {
    for (const piece of pieces) guest.bytes(piece).fill(0xee);
    driver.addBuf([], pieces, i);
  }
  driver.kickPrepare();
  const requests = rooms.map(() => ({ chain: queue.pop() as DescriptorChain }));
  const { buffer } = guest;
  const unplug = (page: { addr: number } | undefined) => {
    const hole = page?.addr ?? 0;
    const behind = hole + 4096;
    guest.memory.replace([
      { guestAddress: 0, size: hole, buffer, byteOffset: 0 },
      { guestAddress: behind, size: buffer.byteLength - behind, buffer, byteOffset: behind },
    ]);
  };
  const seen = () => pages.map((pieces) => pieces.flatMap((piece) => [...guest.bytes(piece)]));
  return { queue, driver, requests, pages, unplug, seen };
}

const read = (...bytes: number[]) => ({ addr: 0x50, flags: I2C_M.RD, buf: Uint8Array.from(bytes) });
const write = (...bytes: number[]) => ({ addr: 0x50, flags: 0, buf: Uint8Array.from(bytes) });

describe('copies of what is carried out later', () => {
  it('have what is written, as it was, and room for what is read', () => {
    const asked = [write(1, 2), read(3, 4, 5)];
    const copies = copyOfMessages(asked);
    asked[0]?.buf.fill(9);
    expect(copies).toEqual([write(1, 2), read(0, 0, 0)]);
    expect(copies[1]?.buf).not.toBe(asked[1]?.buf);
  });

  it('have both directions of SPI, or the one that there is', () => {
    const tx = Uint8Array.of(1, 2);
    const asked = [
      spiTransfer({ tx, rx: Uint8Array.of(7, 7) }),
      spiTransfer({ rx: Uint8Array.of(8) }),
      spiTransfer({ tx }),
    ];
    const copies = copyOfTransfers(asked);
    tx.fill(9);
    expect(copies.map(({ tx, rx }) => [tx && [...tx], rx && [...rx]])).toEqual([
      [
        [1, 2],
        [0, 0],
      ],
      [undefined, [0]],
      [[1, 2], undefined],
    ]);
  });
});

describe('what was read is handed on', () => {
  it('to each request of its own; what was written has none', () => {
    const { requests, seen } = chainsOf([1], [3], [1, 2]);
    expect(deliverMessages([write(9), read(1, 2, 3), read(4, 5, 6)], requests)).toBe(true);
    expect(seen()).toEqual([[0xee], [1, 2, 3], [4, 5, 6]]);
    const spi = chainsOf([1], [2]);
    const transfers = [spiTransfer({ tx: Uint8Array.of(9) }), spiTransfer({ rx: Uint8Array.of(7, 8) })];
    expect(deliverTransfers(transfers, spi.requests)).toBe(true);
    expect(spi.seen()).toEqual([[0xee], [7, 8]]);
  });

  it.each([0, 1])('unless the memory of one, here number %i, was unplugged', (gone) => {
    const bytes = [read(1), read(2)];
    const { requests, pages, unplug } = chainsOf([1], [1]);
    unplug(pages[gone]?.[0]);
    expect(deliverMessages(bytes, requests)).toBe(false);
    const spi = chainsOf([1], [1]);
    spi.unplug(spi.pages[gone]?.[0]);
    expect(
      deliverTransfers(
        bytes.map(({ buf }) => spiTransfer({ rx: buf })),
        spi.requests,
      ),
    ).toBe(false);
  });

  it('to nobody after a reset, or where nobody asked', () => {
    const { queue, requests, seen } = chainsOf([1]);
    queue.reset();
    expect(deliverMessages([read(1)], requests)).toBe(false);
    expect(deliverMessages([read(1)], [])).toBe(false);
    expect(seen()).toEqual([[0xee]]);
  });
});

describe('the result of a request', () => {
  it('goes into its last byte, and all of its room is valid', () => {
    const { queue, driver, requests, seen } = chainsOf([2, 2]);
    completeChain(queue, requests[0]?.chain as DescriptorChain, 5);
    expect([driver.getBuf(), driver.usedLength, seen()]).toEqual([0, 4, [[0xee, 0xee, 0xee, 5]]]);
  });

  it('goes nowhere where the driver gave no room', () => {
    const guest = new MockGuest(4);
    const driver = guest.driver<number>();
    driver.addBuf([guest.alloc(1)], [], 7);
    driver.kickPrepare();
    const queue = guest.device();
    completeChain(queue, queue.pop() as DescriptorChain, 5);
    expect([driver.getBuf(), driver.usedLength]).toEqual([7, 0]);
  });

  it('is written where only what lies before it was unplugged', () => {
    const { queue, driver, requests, pages, unplug, seen } = chainsOf([2, 3]);
    unplug(pages[0]?.[0]);
    completeChain(queue, requests[0]?.chain as DescriptorChain, 5);
    expect([driver.getBuf(), seen()]).toEqual([0, [[0xee, 0xee, 0xee, 0xee, 5]]]);
  });

  it('goes nowhere where its own memory was unplugged; the request goes back', () => {
    const { queue, driver, requests, pages, unplug, seen } = chainsOf([2, 3]);
    unplug(pages[0]?.[1]);
    completeChain(queue, requests[0]?.chain as DescriptorChain, 5);
    expect([driver.getBuf(), seen()]).toEqual([0, [[0xee, 0xee, 0xee, 0xee, 0xee]]]);
  });

  it('does not hide a fault of the program', () => {
    const fault = new TypeError('a fault');
    const writable = {
      length: 1,
      writeLastU8: () => {
        throw fault;
      },
      rewind: () => {
        throw fault;
      },
    };
    const chain = { writable } as unknown as DescriptorChain;
    expect(() => completeChain({} as DeviceQueue, chain, 0)).toThrow(fault);
    expect(() => deliverMessages([read(1)], [{ chain }])).toThrow(fault);
  });
});

describe('work that is to be called again', () => {
  it('is called when it is due, a millisecond later at the earliest, until it names no time', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
    const begun = performance.now();
    const called: number[] = [];
    const due = [begun + 15, begun + 15, Number.POSITIVE_INFINITY];
    reschedule(begun + 10, () => {
      called.push(performance.now() - begun);
      return due.shift() as number;
    });
    vi.advanceTimersByTime(9);
    expect(called).toEqual([]);
    vi.advanceTimersByTime(91);
    expect(called).toEqual([10, 15, 16]);
    expect(vi.getTimerCount()).toBe(0);
    reschedule(Number.POSITIVE_INFINITY, () => 0);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectUnix, FdChannel, unixSocketPair } from '../../src/os/index.ts';
import { MS, SECOND, SteppedClock } from '../../src/sim/index.ts';
import { EventLoop, TimeServer } from '../../src/transport/index.ts';

/*
 * The other side of User-Mode Linux's `time-travel=ext:`, by Linux's include/uapi/linux/um_timetravel.h: messages are
 * { u32 op; u32 seq; u64 time }.
 */
const [ACK, START, REQUEST, WAIT, GET, UPDATE, RUN, FREE_UNTIL, GET_TOD] = [0, 1, 2, 3, 4, 5, 6, 7, 8];

let folder: string;
let path: string;
let loop: EventLoop;
let clock: SteppedClock;
let server: TimeServer;
let log: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-time-'));
  path = join(folder, 'time.sock');
  loop = new EventLoop();
  clock = new SteppedClock();
  log = [];
  server = new TimeServer(path, loop, clock, (sentence) => log.push(sentence));
});

afterEach(async () => {
  server.close();
  await loop.close();
  rmSync(folder, { recursive: true });
});

class Guest {
  readonly channel = new FdChannel(connectUnix(path), 1024, { wait: false });
  #seq = 40;

  constructor() {
    loop.poll();
  }

  raw(bytes: Uint8Array, fds: readonly number[] = []): void {
    this.channel.data.set(bytes);
    this.channel.send(0, bytes.length, fds);
    loop.poll();
    loop.poll();
  }

  say(op: number, time = 0n): void {
    const message = Buffer.alloc(16);
    message.writeUInt32LE(op, 0);
    message.writeUInt32LE(++this.#seq, 4);
    message.writeBigUInt64LE(time, 8);
    this.raw(message);
  }

  /** What came: `[op, ns]` each, with `seq` where it is an answer. What is not one is acknowledged. */
  heard(): (readonly [number, number])[] {
    const messages: (readonly [number, number])[] = [];
    for (;;) {
      const received = this.channel.receive(0, 16);
      if (received === undefined || received.length === 0) return messages;
      expect(received.length).toBe(16);
      const message = Buffer.from(this.channel.data.subarray(0, 16));
      const op = message.readUInt32LE(0);
      messages.push([op, Number(message.readBigUInt64LE(8))]);
      if (op === ACK) expect(message.readUInt32LE(4)).toBe(this.#seq);
      else {
        message.writeUInt32LE(ACK, 0);
        this.raw(message);
      }
    }
  }

  /** Answers of one message. */
  ask(op: number, time = 0n): (readonly [number, number])[] {
    this.say(op, time);
    return this.heard();
  }

  /** Waits until then. */
  waitFor(time: number): (readonly [number, number])[] {
    this.ask(REQUEST, BigInt(time));
    return this.ask(WAIT);
  }

  get isEnded(): boolean {
    return this.channel.receive(0, 16)?.length === 0;
  }
}

const started = (): Guest => {
  const guest = new Guest();
  expect(guest.ask(START)).toEqual([[ACK, 0]]);
  return guest;
};

describe('a guest and a board have one time', () => {
  it('goes on to what the guest waits for, at once', () => {
    const guest = started();
    expect(guest.waitFor(3600 * SECOND).slice(0, 1)).toEqual([[ACK, 0]]);
    expect(clock.now()).toBe(3600 * SECOND);
    expect(guest.ask(GET)).toEqual([[ACK, 3600 * SECOND]]);
    expect(guest.ask(GET_TOD)).toEqual([[ACK, Date.UTC(2000, 0, 1, 1) * MS]]);
  });

  it('begins at 0 for a guest that comes later', () => {
    clock.advance(7 * SECOND);
    const guest = started();
    guest.waitFor(SECOND);
    expect(clock.now()).toBe(8 * SECOND);
    expect(guest.ask(GET)).toEqual([[ACK, SECOND]]);
  });

  it('tells of what happens on the board at its time, and not before', () => {
    const guest = started();
    const told: number[] = [];
    clock.after(5 * MS, () => server.tell(() => told.push(clock.now())));
    expect(guest.waitFor(3 * MS)).toContainEqual([RUN, 3 * MS]);
    expect(told).toEqual([]);
    expect(guest.waitFor(60 * MS)).toEqual([[ACK, 0]]);
    expect(told).toEqual([5 * MS]);
    // The interrupt asks for the time, and wants to run at once.
    expect(guest.ask(GET)).toEqual([[ACK, 5 * MS]]);
    guest.say(REQUEST, BigInt(5 * MS));
    expect(guest.heard()).toEqual([[ACK, 0]]);
  });

  it('lets it run only when it has taken notice of what it was told', async () => {
    const guest = started();
    let heard = () => {};
    clock.after(MS, () =>
      server.tell((then) => {
        heard = then;
      }),
    );
    expect(guest.waitFor(2 * MS)).toEqual([[ACK, 0]]);
    heard();
    loop.poll();
    expect(guest.heard()).toContainEqual([RUN, 2 * MS]);
  });

  it('tells of a transfer after its bits', () => {
    const guest = started();
    guest.waitFor(MS);
    guest.ask(UPDATE, BigInt(MS));
    clock.advance(300_000); // the bits of a transfer that the guest began
    let told = -1;
    server.tell((heard) => {
      told = clock.now();
      heard();
    });
    expect(told).toBe(-1);
    expect(guest.waitFor(MS + 100_000)).toContainEqual([RUN, MS + 100_000]);
    expect(told).toBe(-1);
    guest.waitFor(2 * MS);
    expect(told).toBe(MS + 300_000);
  });

  it('lets the guest go on by itself, up to what is due, until it asks a device for something', () => {
    const guest = started();
    clock.after(4 * MS, () => {});
    expect(guest.waitFor(MS)).toEqual([
      [ACK, 0],
      [FREE_UNTIL, 4 * MS],
      [RUN, MS],
    ]);
    expect(guest.ask(UPDATE, BigInt(3 * MS))).toEqual([
      [FREE_UNTIL, 3 * MS],
      [ACK, 0],
    ]);
    expect(clock.now()).toBe(3 * MS);
    // It may ask again at this time without saying so, so it has no leave there.
    expect(guest.waitFor(3 * MS)).toEqual([
      [ACK, 0],
      [RUN, 3 * MS],
    ]);
  });

  it('tells a guest that went on by itself nothing at a time before the one that it may have', () => {
    const guest = started();
    clock.after(4 * MS, () => {});
    expect(guest.waitFor(MS)).toContainEqual([FREE_UNTIL, 4 * MS]);
    // It runs by itself, to any time before 4 ms, while the board is at 1 ms: a line changes there.
    const told: number[] = [];
    server.tell(() => told.push(clock.now()));
    expect(guest.waitFor(60 * MS)).toEqual([[ACK, 0]]);
    expect(told).toEqual([MS]);
    // A kernel that is at 3 ms by now and gets 1 ms panics: "time goes backwards" (Linux arch/um/kernel/time.c).
    expect(guest.ask(GET)).toEqual([[ACK, 4 * MS - 1]]);
    expect(log).toEqual([]);
  });

  it('goes no further than whoever holds time lets it', () => {
    const guest = started();
    let reached = 0;
    server.setGate({ limit: () => 2 * SECOND, reached: () => reached++ });
    expect(guest.waitFor(5 * SECOND)).toEqual([[ACK, 0]]);
    expect([clock.now(), reached]).toEqual([2 * SECOND, 1]);
    server.setGate(undefined);
    loop.poll();
    expect(guest.heard()).toContainEqual([RUN, 5 * SECOND]);
  });
});

describe('a guest that breaks the rules', () => {
  it.each<[string, (guest: Guest) => void]>([
    ['unknown operation 77', (guest) => guest.say(77)],
    ['unexpected START', (guest) => guest.say(START)],
    ['unexpected ACK', (guest) => guest.say(ACK)],
    ['REQUEST of 1 ns: it is 1000000 ns', (guest) => guest.say(REQUEST, 1n)],
    ['UPDATE to 20000000000 ns: it is 1000000 ns', (guest) => guest.say(UPDATE, 20_000_000_000n)],
    ['UPDATE to 1 ns: it is 1000000 ns', (guest) => guest.say(UPDATE, 1n)],
    [
      'unexpected WAIT: it waits already',
      (guest) => {
        server.setGate({ limit: () => 0, reached: () => {} });
        guest.waitFor(5 * SECOND);
        guest.say(WAIT);
      },
    ],
    [
      'unexpected file descriptors',
      (guest) => {
        const pair = unixSocketPair();
        guest.raw(new Uint8Array(16), [pair[0].fd]);
        for (const file of pair) file.close();
      },
    ],
    [
      'the guest has ended',
      (guest) => {
        guest.raw(new Uint8Array(5));
        guest.channel.close();
        loop.poll();
      },
    ],
  ])('is left: %s', (reason, misbehave) => {
    const guest = started();
    guest.waitFor(MS);
    misbehave(guest);
    expect(log).toEqual([`time: connection ended: ${reason}`]);
    server.setGate(undefined);
    // And the next one finds a clock.
    started().waitFor(SECOND);
    expect(clock.now()).toBeGreaterThanOrEqual(SECOND);
  });

  it('is left where it says something before START', () => {
    const guest = new Guest();
    guest.say(GET);
    expect(log).toEqual(['time: connection ended: expected START first']);
    expect(guest.isEnded).toBe(true);
  });

  it('is left where it reads nothing', () => {
    const guest = started();
    for (let i = 0; i < 100_000 && log.length === 0; i++) guest.say(GET);
    expect(log).toEqual(['time: connection ended: the guest does not read its messages']);
  });

  it('does not hold up the others when it waits for the end of time while something on the board goes on for ever', () => {
    const tick = () => void clock.after(1000, tick);
    tick();
    const guest = started();
    guest.say(REQUEST, 2n ** 64n - 1n);
    guest.say(WAIT);
    expect(clock.now()).toBeGreaterThan(0);
    expect(clock.now()).toBeLessThan(3600 * SECOND);
    const before = clock.now();
    loop.poll();
    expect(clock.now()).toBeGreaterThan(before);
  });

  it('is refused where another one has the board', () => {
    const first = started();
    const second = new Guest();
    expect(second.isEnded).toBe(true);
    expect(log).toEqual(['time: refused a second guest: one guest at a time has the board in virtual time']);
    first.waitFor(SECOND);
    expect(clock.now()).toBe(SECOND);
  });

  it('is told nothing when it has gone, and nobody waits for it', () => {
    const guest = started();
    let told = 0;
    const tell = () =>
      server.tell((heard) => {
        told++;
        heard();
      });
    tell();
    expect(told).toBe(0);
    guest.channel.close();
    loop.poll();
    tell();
    expect(told).toBe(2);
  });
});

it('takes its socket away', () => {
  expect(existsSync(path)).toBe(true);
  server.close();
  expect(existsSync(path)).toBe(false);
});

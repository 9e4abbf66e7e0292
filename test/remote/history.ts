import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { BusFault } from '../../src/bus/index.ts';
import { RemoteSession, ShareHost, type ShareSource, WAIT } from '../../src/remote/index.ts';
import { type Random, randomFrom } from '../fuzz/random.mjs';
import { pipe } from './support.ts';

/** What became of one transfer, as its user saw it. */
export interface Seen {
  readonly tag: number;
  readonly fault: string | undefined;
}

/** A history of users of one bus, and what is wrong with it. */
export interface History {
  readonly transfers: number;
  /** How many ended so. */
  readonly ends: Readonly<Record<string, number>>;
  readonly faults: Readonly<Record<string, number>>;
  readonly wrong: readonly string[];
}

const USERS = 8;
/** ms of the host's clock, which runs faster than that of the users. */
const TTL_MS = 1000;
const HASTE = 20;

/** Errnos after which a transfer has not been on the wire. */
const NEVER = ['EACCES', 'EBUSY', 'ENODEV', 'EAGAIN'];

/** The wire, and who was on it. */
class Wire {
  readonly tags: number[] = [];
  readonly fences: number[] = [];
  readonly wrong: string[] = [];
  readonly #random: Random;
  #isBusy = false;
  /** Who waits for the wire. */
  #turn: Promise<void> = Promise.resolve();

  constructor(random: Random) {
    this.#random = random;
  }

  /** One transfer: it waits for the one before it, and takes a while. */
  carry(tag: number, fence: () => number, admit: () => void, isDropped: () => boolean): Promise<void> {
    const work = async (): Promise<void> => {
      if (isDropped()) throw new BusFault('ECANCELED', 'the client is gone');
      admit();
      if (this.#isBusy) this.wrong.push(`two transfers at once: ${tag}`);
      this.#isBusy = true;
      this.tags.push(tag);
      this.fences.push(fence());
      if (this.#random(4) === 0) await pause(this.#random(3));
      this.#isBusy = false;
    };
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }
}

function sourceOn(wire: Wire, fenceOf: () => number): ShareSource {
  return {
    run: 'v4-of-a-checker',
    name: 'a wire',
    buses: [
      { name: 'i2c-1', number: 1, path: '/i2c', host: 'a wire', startupMs: 0, i2c: { functionality: 1 } },
    ],
    open: () => {
      const fence = fenceOf();
      let dropped = false;
      const never = (): never => {
        throw new Error('no SPI here');
      };
      return {
        i2c: (_, [message], admit) => {
          const tag = Buffer.from(message?.buf ?? []).readUInt32LE(0);
          return wire.carry(
            tag,
            () => fence,
            admit,
            () => dropped,
          );
        },
        spi: never,
        deselect: never,
        line: never,
        drop: () => {
          dropped = true;
        },
        restore: () => {},
      };
    },
    trace: () => {
      throw new Error('no traces here');
    },
  };
}

/** Users that take, lose, steal and give back one bus, with streams that break, until so many transfers were asked for. */
export async function makeHistory(transfers: number, seed: number): Promise<History> {
  const random = randomFrom(seed);
  const wire = new Wire(random);
  let fence = 0;
  const host = new ShareHost(
    sourceOn(wire, () => fence),
    {
      nextFence: () => ++fence,
      log: () => {},
      now: () => performance.now() * HASTE,
    },
  );
  const seen: Seen[] = [];
  const faults: Record<string, number> = {};
  let tag = 0;
  const strike = (what: string): void => {
    faults[what] = (faults[what] ?? 0) + 1;
  };
  const user = async (): Promise<void> => {
    while (tag < transfers)
      await oneLease(host, random, strike, async (session, count) => {
        const asked = Array.from({ length: count }, async () => {
          const mine = ++tag;
          const data = Buffer.alloc(4);
          data.writeUInt32LE(mine);
          const given = new AbortController();
          if (random(40) === 0) setTimeout(() => given.abort(), random(4));
          const message = { addr: 0x50, flags: 0, length: 4, data };
          const fault = await codeOf(
            session.transfer({ kind: 'i2c', bus: 0, messages: [message] }, 1e9, given.signal),
          );
          seen.push({ tag: mine, fault });
        });
        await Promise.all(asked);
      });
  };
  await Promise.all(Array.from({ length: USERS }, user));
  host.close();
  return { transfers: tag, ends: countsOf(seen), faults, wrong: [...wire.wrong, ...wrongIn(seen, wire)] };
}

/** One user from its coming to its going. */
async function oneLease(
  host: ShareHost,
  random: Random,
  strike: (what: string) => void,
  work: (session: RemoteSession, count: number) => Promise<void>,
): Promise<void> {
  let near: Duplex | undefined;
  const session = new RemoteSession({
    name: 'a wire',
    who: 'somebody',
    open: async () => {
      const [mine, far] = pipe();
      near = mine;
      host.serve(far);
      return mine;
    },
  });
  const wish = {
    buses: ['i2c-1'],
    why: 'a history',
    ttlMs: TTL_MS,
    idleMs: 500,
    graceMs: 500,
    restore: false,
  };
  const steals = random(10) === 0;
  if (steals) strike('stolen');
  await session.connect();
  const granted = await codeOf(
    session.acquire({ ...wish, priority: random(3), steal: steals, wait: WAIT.YES }),
  );
  for (let round = random(6); granted === undefined && round >= 0; round--) {
    if (random(12) === 0) {
      strike('cut off');
      setTimeout(() => near?.destroy(), random(3));
    }
    if (random(20) === 0) {
      strike('paused');
      await pause((TTL_MS / HASTE) * 1.2);
    }
    await work(session, 1 + random(8));
  }
  if (random(8) === 0) {
    strike('gone without a word');
    near?.destroy();
  }
  await session.close();
}

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof BusFault) return error.code;
    throw error;
  }
}

/** What must hold of every history, whatever happened. */
export function wrongIn(
  seen: readonly Seen[],
  { tags, fences }: { readonly tags: readonly number[]; readonly fences: readonly number[] },
): string[] {
  const times = new Map<number, number>();
  for (const tag of tags) times.set(tag, (times.get(tag) ?? 0) + 1);
  const wrong = [...times].filter(([, count]) => count > 1).map(([tag]) => `sent twice: ${tag}`);
  for (const [at, fence] of fences.entries())
    if (fence < (fences[at - 1] ?? 0))
      wrong.push(`an older lease reached the wire: ${fence} behind ${fences[at - 1]}`);
  for (const { tag, fault } of seen) {
    const was = times.get(tag) ?? 0;
    if (fault === undefined && was !== 1) wrong.push(`lost without an errno: ${tag}`);
    if (fault !== undefined && NEVER.includes(fault) && was !== 0)
      wrong.push(`${fault}, though it was sent: ${tag}`);
  }
  return wrong;
}

function countsOf(seen: readonly Seen[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { fault = 'done' } of seen) counts[fault] = (counts[fault] ?? 0) + 1;
  return counts;
}

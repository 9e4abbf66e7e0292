import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AdapterScheduler } from '../../../src/backend/manager/adapter-scheduler.ts';
import { FairTurns } from '../../../src/backend/manager/fair-turns.ts';
import { Schedule, type Step } from './schedules.ts';

/*
 * All orders in which two or three clients of one host can ask, end, fail, hold, let go, leave and wait, up to a length:
 * one at a time, nobody in between while a chip is selected, each message ends once, nobody waits for ever, and who
 * waits has as much of the host as others.
 */

interface World {
  /** ms on the wire of a message of each client. */
  readonly durations: readonly number[];
  /** What all schedules begin with. */
  readonly begin?: readonly Step[];
  /** Steps of a schedule, and messages of one client. */
  readonly length: number;
  readonly messages: number;
  readonly kinds: readonly ('whole' | 'keep' | 'next')[];
  readonly others: readonly ('let go' | 'leave' | 'fail' | 'vanish' | 'wait' | 'close')[];
}

/** What may happen next in a run. */
function stepsOf(run: Schedule, { kinds, messages, others }: World): Step[] {
  const steps: Step[] = [];
  if (run.isClosed) return run.wireIsBusy ? [{ does: 'end' }] : [];
  if (others.includes('close') && run.wireIsBusy) steps.push({ does: 'close' });
  for (const client of run.clients.keys()) {
    if (run.gone[client]) continue;
    if (run.askedBy(client) < messages) for (const kind of kinds) steps.push({ does: 'ask', client, kind });
    if (others.includes('leave') && run.askedBy(client) > 0) steps.push({ does: 'leave', client });
    if (others.includes('let go') && run.holds(client)) steps.push({ does: 'let go', client });
  }
  if (run.wireIsBusy) {
    for (const does of ['end', 'fail', 'vanish'] as const)
      if (does === 'end' || others.includes(does)) steps.push({ does });
  } else if (run.someoneWaits && others.includes('wait')) steps.push({ does: 'wait' });
  return steps;
}

/** Runs all schedules of a world, each anew from its beginning; stops at the first that goes wrong. */
async function explore(world: World): Promise<{ runs: number; wrong: string | undefined }> {
  let runs = 0;
  const descend = async (schedule: readonly Step[]): Promise<string | undefined> => {
    const run = new Schedule(world.durations);
    await run.open();
    for (const step of schedule) await run.take(step);
    const steps = schedule.length < world.length ? stepsOf(run, world) : [];
    runs++;
    const wrong = await run.finish();
    if (wrong !== undefined) return `${wrong}: ${schedule.map(shown).join(', ')}`;
    for (const step of steps) {
      const found = await descend([...schedule, step]);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const wrong = await descend(world.begin ?? []);
  return { runs, wrong };
}

function shown(step: Step): string {
  if (step.does === 'ask') return `${step.client} asks (${step.kind})`;
  return 'client' in step ? `${step.client} does ${step.does}` : step.does;
}

/** Two clients that hold the host, and all that may happen to them. */
const HOLDS: World = {
  durations: [1, 1],
  length: 5,
  messages: 2,
  kinds: ['whole', 'keep', 'next'],
  others: ['let go', 'leave', 'wait'],
};
/** The same, when one of them holds it and another waits. */
const HELD: World = {
  ...HOLDS,
  begin: [
    { does: 'ask', client: 0, kind: 'keep' },
    { does: 'ask', client: 1, kind: 'keep' },
    { does: 'end' },
  ],
  length: 7,
  messages: 3,
};
/** Hosts that fail and vanish, and boards that end, with clients that leave. */
const LOSSES: World = {
  durations: [1, 1],
  length: 5,
  messages: 2,
  kinds: ['whole', 'keep'],
  others: ['leave', 'fail', 'vanish', 'wait', 'close'],
};
/** Messages of different lengths. */
const TURNS: World = { durations: [10, 1, 3], length: 6, messages: 3, kinds: ['whole'], others: [] };
/** The same of two, who ask for longer. */
const LONG_TURNS: World = { durations: [20, 1], length: 8, messages: 4, kinds: ['whole'], others: [] };

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('clients of one host, in every order', () => {
  it.each([
    ['that hold it', HOLDS],
    ['that is held', HELD],
    ['that fails, vanishes or is closed', LOSSES],
    ['with messages of different lengths', TURNS],
    ['of whom one has long ones', LONG_TURNS],
  ])('%s', async (_, world) => {
    const { runs, wrong } = await explore(world);
    expect(wrong).toBeUndefined();
    expect(runs).toBeGreaterThan(1000);
  });
});

describe('a manager with a mistake is found out', () => {
  it('that counts messages, not their time', async () => {
    vi.spyOn(FairTurns.prototype, 'had').mockImplementation(() => {});
    expect((await explore(LONG_TURNS)).wrong).toMatch(/ms more than client 1, who waited/);
  });

  it('that forgets what each had when nobody waits', async () => {
    const { joins } = FairTurns.prototype;
    vi.spyOn(FairTurns.prototype, 'joins').mockImplementation(function (this: FairTurns, client) {
      this.had(client, Number.POSITIVE_INFINITY);
      joins.call(this, client);
    });
    expect((await explore(LONG_TURNS)).wrong).toMatch(/ms more than client 1, who waited/);
  });

  it('that ends another hold than was meant', async () => {
    const { hold, release } = AdapterScheduler.prototype;
    let last: ReturnType<typeof hold> | undefined;
    vi.spyOn(AdapterScheduler.prototype, 'hold').mockImplementation(function (
      this: AdapterScheduler,
      ...args
    ) {
      last = hold.apply(this, args);
      return last;
    });
    vi.spyOn(AdapterScheduler.prototype, 'release').mockImplementation(function (this: AdapterScheduler) {
      release.call(this, last);
    });
    expect((await explore(HELD)).wrong).toMatch(
      /begins while the chip of client . is selected|was deselected/,
    );
  });

  it('that takes a chip for held when it was deselected for others', async () => {
    const { hold } = AdapterScheduler.prototype;
    let last: ReturnType<typeof hold> | undefined;
    vi.spyOn(AdapterScheduler.prototype, 'hold').mockImplementation(function (
      this: AdapterScheduler,
      ...args
    ) {
      last = hold.apply(this, args);
      return last;
    });
    vi.spyOn(AdapterScheduler.prototype, 'csOwner').mockImplementation((client) =>
      last?.client === client ? last : undefined,
    );
    expect((await explore(HELD)).wrong).toMatch(/goes on with a chip that was deselected/);
  });

  it('that lets a hold last for ever', async () => {
    const { hold } = AdapterScheduler.prototype;
    vi.spyOn(AdapterScheduler.prototype, 'hold').mockImplementation(function (
      this: AdapterScheduler,
      ...args
    ) {
      const never = vi.spyOn(globalThis, 'setTimeout').mockReturnValue(undefined as never);
      try {
        return hold.apply(this, args);
      } finally {
        never.mockRestore();
      }
    });
    expect((await explore(HELD)).wrong).toMatch(/ended 0 times/);
  });
});

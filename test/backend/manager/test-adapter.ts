import { AdapterScheduler } from '../../../src/backend/manager/adapter-scheduler.ts';
import { BusFault, type HostAdapter } from '../../../src/bus/index.ts';

/** A host whose `open` fails as long as `absent` is set. */
export function adapter() {
  const events: string[] = [];
  const state = { absent: false };
  const host: HostAdapter = {
    description: 'test adapter',
    synchronous: false,
    open() {
      events.push('open');
      if (state.absent) throw new BusFault('ENODEV', 'not plugged in');
    },
    close() {
      events.push('close');
    },
  };
  return { host, events, state };
}

/** A job that is ended by hand. */
export function manual() {
  let finish: () => void = () => {};
  let fail: (fault: BusFault) => void = () => {};
  const done = new Promise<void>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  return { run: () => done, finish: () => finish(), fail: (fault: BusFault) => fail(fault) };
}

export const LONG = 10_000;
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export async function openSlot(host: HostAdapter, options = {}): Promise<AdapterScheduler> {
  const scheduler = new AdapterScheduler(host, { reopenIntervalMs: 0, abortGraceMs: 5, ...options });
  await scheduler.open();
  return scheduler;
}

import { describe, expect, it } from 'vitest';
import { Client } from '../../src/backend/clients/client.ts';
import { AdapterScheduler } from '../../src/backend/manager/adapter-scheduler.ts';
import type { HostAdapter } from '../../src/bus/index.ts';

/** A host with a job at work, and what happens to them in order. */
async function atWork(abortGraceMs: number) {
  const events: string[] = [];
  const host: HostAdapter = {
    description: 'test adapter',
    synchronous: false,
    open() {},
    close: () => void events.push('closed'),
  };
  const slot = new AdapterScheduler(host, { abortGraceMs });
  await slot.open();
  let finish = () => {};
  const job = new Promise<void>((resolve) => {
    finish = () => {
      events.push('job done');
      resolve();
    };
  });
  const running = slot.run(new Client('a'), 10_000, () => job);
  return { slot, events, running, finish };
}

describe('closing a host that is at work', () => {
  it('lets the transfer on the wire end first', async () => {
    const { slot, events, running, finish } = await atWork(10_000);
    const closed = slot.close();
    setImmediate(finish);
    await Promise.all([closed, running]);
    expect(events).toEqual(['job done', 'closed']);
  });

  it('waits no longer than for an abort', async () => {
    const { slot, events, running, finish } = await atWork(5);
    await slot.close();
    expect(events).toEqual(['closed']);
    finish();
    await running;
  });
});

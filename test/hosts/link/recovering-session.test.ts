import { describe, expect, it } from 'vitest';
import {
  type AdapterProtocol,
  type LinkEvents,
  RecoveringSession,
  type Session,
} from '../../../hosts/link/index.ts';
import { BusFault } from '../../../src/bus/index.ts';
import { faultOf } from '../controller-suite.ts';

const OPTIONS = { window: 16, quietMs: 60_000 };
const ask = (byte: number, prefix: number) => ({
  send: Uint8Array.of(byte),
  reply: 1,
  prefix: Uint8Array.of(prefix),
});

/** An adapter that answers with what the test says, and a protocol that writes down what is asked of it. */
function stage(): {
  session: RecoveringSession;
  done: string[];
  answer: (bytes: readonly number[]) => void;
  lose: (reason: string) => void;
  onGreet: { fault: BusFault | undefined };
  onRecover: { work: () => Promise<void> };
} {
  const done: string[] = [];
  let events: LinkEvents | undefined;
  const onGreet: { fault: BusFault | undefined } = { fault: undefined };
  const onRecover = { work: async () => {} };
  const protocol: AdapterProtocol = {
    description: 'test adapter',
    greet: async () => {
      done.push('greet');
      if (onGreet.fault !== undefined) throw onGreet.fault;
    },
    resynchronise: async (session: Session) => {
      done.push('resynchronise');
      session.discard();
      await onRecover.work();
    },
    leave: async () => {
      done.push('leave');
      throw new BusFault('ENODEV');
    },
  };
  const session = new RecoveringSession(
    'a port',
    async (link) => {
      events = link;
      return {
        name: '/dev/ttyTEST0',
        write: (bytes) => void done.push(`write ${bytes.join(' ')}`),
        close: async () => void done.push('close'),
      };
    },
    protocol,
  );
  return {
    session,
    done,
    answer: (bytes) => events?.data(Uint8Array.from(bytes)),
    lose: (reason) => events?.lost(reason),
    onGreet,
    onRecover,
  };
}

describe('a recovering session', () => {
  it('greets the adapter when it opens, and leaves it before the port is freed', async () => {
    const { session, done } = stage();
    expect(session.name).toBe('a port');
    await session.open();
    expect(session.name).toBe('/dev/ttyTEST0');
    await session.close();
    expect(done).toEqual(['greet', 'leave', 'close']);
    expect(await faultOf(() => session.ready())).toBe('ENODEV');
  });

  it('frees the port when the greeting fails', async () => {
    const { session, done, onGreet } = stage();
    onGreet.fault = new BusFault('EPROTO', 'no test adapter found');
    expect(await faultOf(() => session.open())).toBe('EPROTO');
    expect(done).toEqual(['greet', 'close']);
    expect(await faultOf(() => session.run([], OPTIONS))).toBe('ENODEV');
  });

  it('brings the adapter back in step after an invalid answer, before the next transfer', async () => {
    const { session, done, answer } = stage();
    await session.open();
    const failing = faultOf(() => session.run([ask(1, 0x11)], OPTIONS));
    answer([0xee]);
    expect(await failing).toBe('EPROTO');
    await session.ready();
    const next = session.run([ask(2, 0x22)], OPTIONS);
    answer([0x22]);
    expect(await next).toBeUndefined();
    expect(done).toEqual(['greet', 'write 1', 'resynchronise', 'write 2']);
  });

  it('brings it back in step when bytes came that were not asked for', async () => {
    const { session, done, answer } = stage();
    await session.open();
    answer([1, 2, 3]);
    await session.ready();
    expect(done).toEqual(['greet', 'resynchronise']);
  });

  it('loses an adapter that does not come back, and greets it again when it is opened', async () => {
    const { session, done, answer, onRecover } = stage();
    onRecover.work = () => Promise.reject(new BusFault('EPROTO'));
    await session.open();
    answer([1]);
    await session.ready();
    const fault = await session.run([ask(1, 1)], OPTIONS).catch((error: BusFault) => error);
    expect(fault?.message).toMatch(/^ENODEV: the adapter on \/dev\/ttyTEST0 is gone: it does not answer/);
    await session.open();
    expect(done).toEqual(['greet', 'resynchronise', 'close', 'greet']);
  });

  it('waits for a recovery only until the deadline', async () => {
    const { session, answer, onRecover } = stage();
    let finish = () => {};
    onRecover.work = () => new Promise<void>((resolve) => (finish = resolve));
    await session.open();
    answer([1]);
    const abort = new AbortController();
    const waiting = faultOf(() => session.ready(abort.signal));
    abort.abort(new BusFault('ETIMEDOUT'));
    expect(await waiting).toBe('ETIMEDOUT');
    finish();
    await session.ready();
  });

  it('fails what runs when the port is lost, and does not try to recover it', async () => {
    const { session, done, lose } = stage();
    await session.open();
    const failing = faultOf(() => session.run([ask(1, 1)], OPTIONS));
    lose('it was unplugged');
    expect(await failing).toBe('ENODEV');
    await session.close();
    expect(done).toEqual(['greet', 'write 1', 'close']);
  });
});

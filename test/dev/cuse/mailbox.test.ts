import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import { BusFault } from '../../../src/bus/index.ts';
import { MAILBOX_BYTES, MailboxHost, MailboxI2c, MailboxSpi } from '../../../src/dev/cuse/mailbox.ts';
import { PLAIN_TRANSFER } from '../../support/plain-transfer.mjs';
import { CAPABILITIES, FakeI2c, FakeSpi } from '../fake-adapters.ts';

const DIST = new URL('../../../dist/src/dev/cuse/mailbox.js', import.meta.url).href;
const workers: Worker[] = [];

afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});

/** Lets a thread make a transfer by mailbox, on an adapter of this one; gives what the thread says of it. */
async function ask(
  adapter: FakeI2c | FakeSpi,
  script: string,
  beforeAnswer: (shared: SharedArrayBuffer) => void = () => {},
): Promise<unknown> {
  const shared = new SharedArrayBuffer(MAILBOX_BYTES);
  const host = new MailboxHost(shared, adapter);
  const description =
    'capabilities' in adapter
      ? { number: 0, name: 'far', capabilities: CAPABILITIES }
      : { number: 1, name: 'far', functionality: 1 };
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     import(${JSON.stringify(DIST)}).then(async ({ MailboxI2c, MailboxSpi }) => {
       const ring = () => parentPort.postMessage('transfer');
       const i2c = new MailboxI2c(workerData.description, workerData.shared, ring);
       const spi = new MailboxSpi(workerData.description, workerData.shared, ring);
       const transfer = (more) => ({ tx: undefined, rx: undefined, ...${JSON.stringify(PLAIN_TRANSFER)}, ...more });
       let result;
       try { result = await (async () => { ${script} })(); } catch (error) { result = error.code; }
       parentPort.postMessage({ result });
     });`,
    { eval: true, workerData: { shared, description }, execArgv: [] },
  );
  workers.push(worker);
  for (;;) {
    const [message] = (await once(worker, 'message')) as ['transfer' | { result: unknown }];
    if (message !== 'transfer') return message.result;
    beforeAnswer(shared);
    await host.answer();
  }
}

/** Wakes who sleeps on the first word, as soon as there is one. */
function wakeSleeper(shared: SharedArrayBuffer): void {
  const giveUp = performance.now() + 5000;
  while (Atomics.notify(new Int32Array(shared), 0) === 0)
    if (performance.now() > giveUp) throw new Error('nobody sleeps');
}

describe('transfers between threads', () => {
  it('I2C messages go there and what was read comes back', async () => {
    const adapter = new FakeI2c(1);
    adapter.replies.push([7, 8]);
    const result = await ask(
      adapter,
      `const read = new Uint8Array(2);
       i2c.transferSync([{ addr: 0x48, flags: 0, buf: Uint8Array.of(1) }, { addr: 0x48, flags: 1, buf: read }], 250);
       return [...read, i2c.number, i2c.name, i2c.functionality];`,
    );
    expect(result).toEqual([7, 8, 1, 'far', 1]);
    expect(adapter.seen).toEqual([['W48:01', 'R48:2']]);
    expect(adapter.timeouts).toEqual([250]);
  });

  it('SPI transfers go there with all their parameters', async () => {
    const adapter = new FakeSpi(0);
    const result = await ask(
      adapter,
      `const rx = new Uint8Array(2);
       await spi.transfer(1, 3, [
         transfer({ tx: Uint8Array.of(1, 2), rx, speedHz: 1000, bitsPerWord: 16, csChange: true, txNbits: 1,
           rxNbits: 2, wordDelayNs: 3, csSetupNs: 4, csHoldNs: 5, csInactiveNs: 6 }),
         transfer({ tx: Uint8Array.of(9) }),
         transfer({ rx: new Uint8Array(1) }),
       ]);
       return [...rx, spi.number, spi.name, spi.capabilities.chipSelects];`,
    );
    expect(result).toEqual([0xfe, 0xfd, 0, 'far', 2]);
    expect(adapter.seen).toMatchObject([
      {
        chipSelect: 1,
        mode: 3,
        timeoutMs: undefined,
        transfers: [
          {
            speedHz: 1000,
            bitsPerWord: 16,
            csChange: true,
            txNbits: 1,
            rxNbits: 2,
            wordDelayNs: 3,
            csSetupNs: 4,
            csHoldNs: 5,
            csInactiveNs: 6,
          },
          { rx: undefined },
          { tx: undefined },
        ],
      },
    ]);
  });

  it('a fault comes back under its name, and the next transfer works', async () => {
    const adapter = new FakeI2c(1);
    adapter.faults.push(new BusFault('EREMOTEIO'));
    const result = await ask(
      adapter,
      `let code;
       try { await i2c.transfer([{ addr: 1, flags: 0, buf: new Uint8Array(1) }]); } catch (error) { code = error.code; }
       i2c.transferSync([{ addr: 2, flags: 0, buf: new Uint8Array(1) }]);
       return code;`,
    );
    expect(result).toBe('EREMOTEIO');
    expect(adapter.seen).toHaveLength(2);
  });

  it('a late wake-up for the transfer before does not end one', async () => {
    const adapter = new FakeI2c(1);
    adapter.replies.push([1], [2], [3]);
    const result = await ask(
      adapter,
      `return [0, 0, 0].map(() => {
         const buf = new Uint8Array(1);
         i2c.transferSync([{ addr: 0x48, flags: 1, buf }]);
         return buf[0];
       });`,
      (shared) => {
        wakeSleeper(shared);
        // That it sleeps again shows that it has looked.
        wakeSleeper(shared);
      },
    );
    expect(result).toEqual([1, 2, 3]);
  });

  it('more than the mailbox holds is EMSGSIZE', async () => {
    const adapter = new FakeI2c(1);
    expect(
      await ask(adapter, 'i2c.transferSync([{ addr: 1, flags: 0, buf: new Uint8Array(600_000) }]);'),
    ).toBe('EMSGSIZE');
    expect(
      await ask(
        adapter,
        'i2c.transferSync(Array(3000).fill({ addr: 1, flags: 0, buf: new Uint8Array(1) }));',
      ),
    ).toBe('EMSGSIZE');
    expect(adapter.seen).toEqual([]);
  });

  it('a request for the other kind of bus is EINVAL', async () => {
    expect(await ask(new FakeSpi(0), 'i2c.transferSync([]);')).toBe('EINVAL');
  });
});

describe('a mailbox', () => {
  it('in which nothing is asked is left alone', async () => {
    const adapter = new FakeI2c(1);
    await new MailboxHost(new SharedArrayBuffer(MAILBOX_BYTES), adapter).answer();
    expect(adapter.seen).toEqual([]);
  });

  it('describes the adapter of the other thread', () => {
    const shared = new SharedArrayBuffer(MAILBOX_BYTES);
    const i2c = new MailboxI2c(new FakeI2c(4), shared, () => {});
    const spi = new MailboxSpi(new FakeSpi(5), shared, () => {});
    expect([i2c.number, i2c.name, spi.number, spi.name]).toEqual([4, 'fake i2c', 5, 'fake spi']);
  });
});

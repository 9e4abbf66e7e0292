import { describe, expect, it } from 'vitest';
import type { RequestLimits } from '../../src/backend/devices/request-limits.ts';
import { Client, ResourceManager, VirtioSpiDevice } from '../../src/backend/index.ts';
import { BusFault, type SpiController } from '../../src/bus/index.ts';
import { FaultySpiController } from '../../src/faults/index.ts';
import { featureSet, SPI_HEAD_BYTES } from '../../src/virtio/index.ts';
import { MockGuest } from '../support/mock-guest.ts';
import { hostOf } from '../support/rig.ts';
import { PLAIN_CAPABILITIES } from '../support/spi.ts';

const [OK, EIO, EMSGSIZE] = [0, 5, 90];
/** Bit of the errno of a failure in the last byte. */
const FEATURES = featureSet(0, 23);

interface Wish {
  readonly chip?: number;
  readonly hz?: number;
  readonly length?: number;
  /** The chip stays selected behind it. */
  readonly goesOn?: boolean;
}

/**
 * A device on an adapter that answers when the test lets it, and what went to the adapter: bytes, `|` for a deselect.
 * @param goesOnBehind the part waits for more behind this command
 */
async function rig(joinsMessages: boolean, limits: RequestLimits = {}, goesOnBehind = 0) {
  const sent: string[] = [];
  const answers: ((fault?: BusFault) => void)[] = [];
  const controller: SpiController = {
    description: 'test',
    capabilities: PLAIN_CAPABILITIES,
    joinsMessages,
    transfer(chip, _mode, transfers) {
      const pieces = transfers.map(({ tx, csChange }, i) => {
        const isLast = i === transfers.length - 1;
        return `${tx?.[0]}${csChange === isLast ? '' : '|'}`;
      });
      sent.push(`${chip}: ${pieces.join(' ')}`);
      return new Promise<void>((resolve, reject) =>
        answers.push((fault) => (fault === undefined ? resolve() : reject(fault))),
      );
    },
    deselect() {
      sent.push('deselect');
    },
  };
  const manager = new ResourceManager();
  const bus = manager.addSpiBus('/spi', hostOf({ spi: controller }, false), controller);
  await manager.open();
  const guest = new MockGuest(256, 0, 1 << 20);
  const driver = guest.driver<number>();
  const device = new VirtioSpiDevice(
    manager,
    bus,
    new Client('test'),
    () => ({ expectsMore: (opcode) => opcode === goesOnBehind, isUnfinished: () => true }),
    limits,
  );
  device.acceptFeatures(FEATURES);
  device.activate([guest.device()], () => {});
  const statuses: number[] = [];
  const collect = () => {
    for (let at = driver.getBuf(); at !== undefined; at = driver.getBuf())
      statuses.push(new Uint8Array(guest.buffer)[at] as number);
  };
  /** The requests, whose data are their numbers, put on the ring at once. */
  const ask = (...wishes: readonly Wish[]) => {
    for (const [i, { chip = 0, hz = 0, length = 1, goesOn = false }] of wishes.entries()) {
      const head = guest.alloc(SPI_HEAD_BYTES);
      guest.bytes(head).set([chip, 8, goesOn ? 0 : 1]);
      // `freq` is the second word behind the first eight bytes.
      new DataView(guest.buffer).setUint32(head.addr + 12, hz, true);
      const data = guest.alloc(length, i + 1);
      const result = guest.alloc(1, 0xee);
      driver.addBuf([head, data], [result], result.addr);
    }
    driver.kickPrepare();
    device.processQueue();
    collect();
  };
  const answer = async (fault?: BusFault) => {
    answers.shift()?.(fault);
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  };
  return { bus, sent, statuses, ask, answer };
}

it('an adapter joins messages unless faults are injected there, which are counted in messages', () => {
  const adapter = { description: 'test', capabilities: PLAIN_CAPABILITIES, transfer() {}, deselect() {} };
  expect(new FaultySpiController(adapter).joinsMessages).toBe(false);
  const joining = new FaultySpiController({ ...adapter, joinsMessages: true });
  expect(joining.joinsMessages).toBe(true);
  joining.wire = { faults: undefined };
  expect(joining.joinsMessages).toBe(true);
  const faults = {} as NonNullable<FaultySpiController['answers']>;
  joining.wire = { faults };
  expect(joining.joinsMessages).toBe(false);
  joining.wire = { faults: undefined };
  joining.answers = faults;
  expect(joining.joinsMessages).toBe(false);
});

describe('messages that are ready', () => {
  it('go to an adapter that joins them at once, told apart', async () => {
    const { sent, statuses, ask, answer } = await rig(true);
    ask({}, { goesOn: true }, {}, {});
    expect([sent, statuses]).toEqual([['0: 1| 2 3| 4|'], []]);
    await answer();
    expect(statuses).toEqual([OK, OK, OK, OK]);
  });

  it('go to another adapter one by one', async () => {
    const { sent, ask, answer } = await rig(false);
    ask({}, { goesOn: true }, {});
    await answer();
    expect(sent).toEqual(['0: 1|', '0: 2 3|']);
  });

  it('go one by one where somebody watches the bus', async () => {
    const { bus, sent, ask, answer } = await rig(true);
    const seen: unknown[] = [];
    bus.observer = ({ transfers }) => seen.push(transfers?.length);
    ask({}, { goesOn: true }, {});
    await answer();
    await answer();
    expect([sent, seen]).toEqual([
      ['0: 1|', '0: 2 3|'],
      [1, 2],
    ]);
  });

  it('are told apart where the last of them is not over', async () => {
    const { sent, ask } = await rig(true);
    ask({}, {}, { goesOn: true });
    expect(sent).toEqual(['0: 1| 2| 3']);
  });

  it('go on with the last of them where that waits for more', async () => {
    const { sent, ask, answer } = await rig(true, {}, 3);
    ask({}, {}, { goesOn: true });
    await answer();
    ask({});
    expect(sent).toEqual(['0: 1| 2| 3', '0: 1|']);
  });

  it.each<readonly [string, Wish]>([
    ['chip', { chip: 1 }],
    ['speed', { hz: 1000 }],
  ])('of another %s go for themselves', async (_what, other) => {
    const { sent, statuses, ask, answer } = await rig(true);
    ask({}, {}, other, other);
    expect(sent).toEqual(['0: 1| 2|']);
    await answer();
    const { chip = 0 } = other;
    expect(sent.slice(1)).toEqual([`${chip}: 3| 4|`]);
    await answer();
    expect(statuses).toEqual([OK, OK, OK, OK]);
  });

  it('fail together', async () => {
    const { sent, statuses, ask, answer } = await rig(true);
    ask({}, {});
    await answer(new BusFault('EIO'));
    expect([sent.length, statuses]).toEqual([1, [EIO, EIO]]);
  });

  it('are as long together as one turn of the bus may be', async () => {
    const { sent, ask, answer } = await rig(true);
    ask({ length: 30_000 }, { length: 3000 }, {});
    await answer();
    expect(sent).toEqual(['0: 1| 2|', '0: 3|']);
  });

  it('are each as long as a message may be', async () => {
    const { sent, statuses, ask, answer } = await rig(true, { maxTransactionBytes: 1000 });
    ask({ length: 600 }, { length: 600 }, { length: 400, goesOn: true }, { length: 600 }, {});
    await answer();
    await answer();
    await answer();
    expect(sent).toEqual(['0: 1|', '0: 2|', '0: 5|']);
    expect(statuses).toEqual([OK, OK, EMSGSIZE, EMSGSIZE, OK]);
  });

  it('leave a message that was begun behind them its length', async () => {
    const { sent, statuses, ask, answer } = await rig(true, { maxTransactionBytes: 1000 });
    const [begun, more, tooMuch] = [400, 500, 200].map((length) => ({ length, goesOn: true }));
    ask({ length: 200 }, begun as Wish, more as Wish, tooMuch as Wish, {}, {});
    await answer();
    await answer();
    expect(sent).toEqual(['0: 1|', '0: 6|']);
    expect(statuses).toEqual([OK, EMSGSIZE, EMSGSIZE, EMSGSIZE, EMSGSIZE, OK]);
  });
});

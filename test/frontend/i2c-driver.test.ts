import { describe, expect, it } from 'vitest';
import { BusFault, I2C_M, type I2cController, type I2cMessage } from '../../src/bus/index.ts';
import { featureSet } from '../../src/virtio/index.ts';
import { read, write } from '../support/i2c.ts';
import { hostOf, i2cRig } from '../support/rig.ts';
import { Late } from './late.ts';

/** What a controller was asked to do, with the data of its time. */
interface Seen {
  readonly addr: number;
  readonly flags: number;
  readonly data: readonly number[];
}

/** Records transactions; reads give 1, 2, 3, …; address 0x7f is nobody's. */
function recorder() {
  const transactions: Seen[][] = [];
  const controller: I2cController = {
    description: 'recorder',
    functionality: 1,
    transfer(messages) {
      transactions.push(messages.map(({ addr, flags, buf }) => ({ addr, flags, data: [...buf] })));
      for (const { addr, flags, buf } of messages) {
        if (addr === 0x7f) throw new BusFault('ENXIO');
        if (flags & I2C_M.RD) for (let i = 0; i < buf.length; i++) buf[i] = i + 1;
      }
    },
  };
  return { controller, transactions };
}

describe('virtio-i2c, from the FE driver to the controller', () => {
  it('carries a write and a read as one transaction', async () => {
    const { controller, transactions } = recorder();
    const { adapter } = await i2cRig(controller);
    const messages = [write(0x50, 0x12, 0x34), read(0x50, 3)];
    adapter.transferSync(messages);
    expect(transactions).toEqual([
      [
        { addr: 0x50, flags: 0, data: [0x12, 0x34] },
        { addr: 0x50, flags: I2C_M.RD, data: [0, 0, 0] },
      ],
    ]);
    expect([...(messages[1] as I2cMessage).buf]).toEqual([1, 2, 3]);
  });

  it('carries zero-length and ten-bit messages', async () => {
    const { controller, transactions } = recorder();
    const { adapter } = await i2cRig(controller);
    adapter.transferSync([{ addr: 0x2a5, flags: I2C_M.TEN, buf: new Uint8Array(0) }]);
    expect(transactions).toEqual([[{ addr: 0x2a5, flags: I2C_M.TEN, data: [] }]]);
  });

  it('brings the reason of a failure to the caller', async () => {
    const { controller } = recorder();
    const { adapter } = await i2cRig(controller);
    expect(() => adapter.transferSync([write(0x7f, 1)])).toThrowError(
      expect.objectContaining({ code: 'ENXIO' }),
    );
    await expect(adapter.transfer([write(0x7f, 1)])).rejects.toMatchObject({ code: 'ENXIO' });
  });

  it('refuses flags that a foreign back-end has no place for', async () => {
    const { controller, transactions } = recorder();
    const { adapter } = await i2cRig(controller, hostOf({ i2c: controller }), featureSet(0));
    const mangled = { ...write(0x50, 1), flags: I2C_M.IGNORE_NAK };
    expect(() => adapter.transferSync([mangled])).toThrowError(
      expect.objectContaining({ code: 'EOPNOTSUPP' }),
    );
    expect(transactions).toEqual([]);
    // I2C_FUNC_I2C, _10BIT_ADDR and _SMBUS_EMUL (include/uapi/linux/i2c.h): what every virtio adapter can do.
    expect(adapter.functionality).toBe(0x0eff_000b);
  });

  it('carries every flag to a back-end of our own, which says what its adapter can do', async () => {
    const { controller, transactions } = recorder();
    const able = { ...controller, functionality: 0x0fff_8017 };
    const { adapter } = await i2cRig(able);
    const flags = [
      I2C_M.IGNORE_NAK,
      I2C_M.NOSTART,
      I2C_M.REV_DIR_ADDR,
      I2C_M.NO_RD_ACK | I2C_M.RD,
      I2C_M.STOP,
    ];
    const block = { addr: 0x50, flags: I2C_M.RD | I2C_M.RECV_LEN, buf: new Uint8Array(33) };
    adapter.transferSync([...flags.map((each) => ({ ...write(0x50, 1), flags: each })), block]);
    expect(transactions[0]?.map((each) => each.flags)).toEqual([
      0x1000, 0x4000, 0x2000, 0x0801, 0x8000, 0x0401,
    ]);
    expect(adapter.functionality).toBe(0x0fff_8017);
  });

  it.each([
    ['the first message has no START', [{ ...write(0x50, 1), flags: I2C_M.NOSTART }]],
    [
      'a message after STOP has no START',
      [
        { ...write(0x50, 1), flags: I2C_M.STOP },
        { ...write(0x50, 1), flags: I2C_M.NOSTART },
      ],
    ],
    ['a flag does not exist', [{ ...write(0x50, 1), flags: 0x0002 }]],
    ['a block has no room', [{ ...read(0x50, 32), flags: I2C_M.RD | I2C_M.RECV_LEN }]],
  ])('is refused where %s', async (_, messages) => {
    const { controller, transactions } = recorder();
    const { adapter } = await i2cRig(controller);
    expect(() => adapter.transferSync(messages)).toThrowError(
      expect.objectContaining({ code: expect.stringMatching(/^(EINVAL|EOPNOTSUPP)$/) }),
    );
    expect(transactions).toEqual([]);
  });

  it('answers asynchronous callers in order, more of them than the ring holds', async () => {
    const { controller, transactions } = recorder();
    const { adapter } = await i2cRig(controller);
    await Promise.all(
      Array.from({ length: 1000 }, (_, i) => adapter.transfer([write(0x10, i & 0xff, i >> 8)])),
    );
    expect(transactions.map(([first]) => first?.data)).toEqual(
      Array.from({ length: 1000 }, (_, i) => [i & 0xff, i >> 8]),
    );
  });

  it('gives all guest memory back after failures', async () => {
    const { controller } = recorder();
    const { adapter, dma } = await i2cRig(controller);
    const fail = () => {
      for (let i = 0; i < 300; i++)
        expect(() => adapter.transferSync([write(0x7f, 1), read(0x7f, 4)])).toThrow();
    };
    // The first round also makes the indirect tables that the queue keeps for good.
    fail();
    const before = dma.available;
    fail();
    expect(dma.available).toBe(before);
  });
});

describe('virtio-i2c over a host that answers later', () => {
  function slow(settle: (signal: AbortSignal | undefined) => Promise<void>) {
    const controller: I2cController = {
      description: 'slow',
      functionality: 1,
      transfer: (_messages, signal) => settle(signal),
    };
    return { controller, host: hostOf({ i2c: controller }, false) };
  }

  it('completes an asynchronous transfer', async () => {
    const { controller, host } = slow(() => new Promise((resolve) => setTimeout(resolve, 5)));
    const { adapter } = await i2cRig(controller, host);
    await expect(adapter.transfer([write(0x50, 1)])).resolves.toBeUndefined();
  });

  it('turns a deadline into ETIMEDOUT and works on', async () => {
    let hang = true;
    const { controller, host } = slow((signal) =>
      hang
        ? new Promise((_, reject) =>
            signal?.addEventListener('abort', () => reject(new BusFault('ETIMEDOUT'))),
          )
        : Promise.resolve(),
    );
    const { adapter } = await i2cRig(controller, host);
    await expect(adapter.transfer([write(0x50, 1)])).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    hang = false;
    await expect(adapter.transfer([write(0x50, 1)])).resolves.toBeUndefined();
  });

  it('does not wait for a controller that ignores its deadline', async () => {
    const { controller, host } = slow(() => new Promise(() => {}));
    const { adapter } = await i2cRig(controller, host);
    await expect(adapter.transfer([write(0x50, 1)])).rejects.toMatchObject({ code: 'ETIMEDOUT' });
  });

  it('keeps the memory of a transfer that was given up until the device is done with it', async () => {
    const late = new Late();
    const { controller, host } = slow(() => late.wait(() => {}));
    const { adapter, dma } = await i2cRig(controller, host);
    const carry = () => adapter.transfer([write(0x50, 1)]);
    // The first two also make the indirect tables that the queue keeps for good.
    const two = [carry(), carry()];
    await late.finish();
    await late.finish();
    await Promise.all(two);
    const before = dma.available;
    await expect(adapter.transfer([write(0x50, 1)], 1)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(dma.available).toBeLessThan(before);
    await late.finish();
    const next = carry();
    await late.finish();
    await next;
    expect(dma.available).toBe(before);
  });

  it('has the answer of a back-end that ended right after it', async () => {
    const late = new Late();
    const { controller, host } = slow(() => late.wait(() => {}));
    const { adapter, backEnd } = await i2cRig(controller, host);
    const transfer = adapter.transfer([write(0x50, 1)]);
    void late.finish();
    // The answer is on the ring when all promises are settled; nobody was woken yet.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    backEnd.close();
    await expect(transfer).resolves.toBeUndefined();
  });

  it('says that a synchronous call needs a back-end of its own thread', async () => {
    const { controller, host } = slow(() => Promise.resolve());
    const { adapter } = await i2cRig(controller, host);
    expect(() => adapter.transferSync([write(0x50, 1)])).toThrow(/one thread/);
  });
});

describe('freeze and restore', () => {
  it('fails transfers with ESHUTDOWN while frozen and carries them afterwards', async () => {
    const { controller, transactions } = recorder();
    const { adapter, bus } = await i2cRig(controller);
    bus.freeze();
    expect(() => adapter.transferSync([write(0x50, 1)])).toThrowError(
      expect.objectContaining({ code: 'ESHUTDOWN' }),
    );
    bus.restore();
    adapter.transferSync([write(0x50, 2)]);
    expect(transactions.map(([first]) => first?.data)).toEqual([[2]]);
  });

  it('gives back all memory, also of a transfer that was given up and that the device never answered', async () => {
    const controller: I2cController = {
      description: 'silent',
      functionality: 1,
      transfer: () => new Promise(() => {}),
    };
    const { adapter, bus, dma } = await i2cRig(controller, hostOf({ i2c: controller }, false));
    bus.freeze();
    const before = dma.available;
    bus.restore();
    // The two messages take an indirect table each.
    const transfer = adapter.transfer([write(0x50, 1), read(0x50, 4)], 1);
    await expect(transfer).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(dma.available).toBeLessThan(before);
    bus.freeze();
    expect(dma.available).toBe(before);
  });

  it('tells a transfer that waits at that moment so, and not that its ring broke', async () => {
    const late = new Late();
    const controller: I2cController = {
      description: 'slow',
      functionality: 1,
      transfer: () => late.wait(() => {}),
    };
    const { adapter, bus } = await i2cRig(controller, hostOf({ i2c: controller }, false));
    const transfer = adapter.transfer([write(0x50, 1)]);
    bus.freeze();
    await expect(transfer).rejects.toMatchObject({ code: 'ESHUTDOWN' });
    await late.finish();
    expect(() => adapter.transferSync([write(0x50, 1)])).toThrowError(
      expect.objectContaining({ code: 'ESHUTDOWN' }),
    );
  });

  it('ends with ENODEV after the device was removed', async () => {
    const { controller } = recorder();
    const { adapter, bus } = await i2cRig(controller);
    bus.removeAll();
    expect(() => adapter.transferSync([write(0x50, 1)])).toThrowError(
      expect.objectContaining({ code: 'ENODEV' }),
    );
  });
});

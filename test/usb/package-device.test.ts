import { Module } from 'node:module';
import { describe, expect, it, vi } from 'vitest';
import type { BusFault } from '../../src/bus/index.ts';
import { usbDevice, type WantedUsb } from '../../src/usb/index.ts';
import { openDevice } from '../../src/usb/package-device.ts';
import type { PackageDevice, PackageInterface, PackageTransfer } from '../../src/usb/package-types.ts';

const IDS = { vendorId: 0x1a86, productId: 0x5512 };
const WANTED: WantedUsb = { title: 'a CH341A', ids: [IDS], interface: 0 };
const error = (errno: number) => Object.assign(new Error(`libusb ${errno}`), { errno });

type Done = (error: unknown, buffer: Buffer, length: number) => void;

/** A device as the package `usb` shows it, which notes what is done with it. */
function device({ serial = 'A1', port = 2, ids = IDS, openError = undefined as unknown } = {}) {
  const log: string[] = [];
  const transfers: { done: Done; buffer: Buffer }[] = [];
  const made: PackageInterface = {
    descriptor: { bInterfaceNumber: 0, bInterfaceClass: 0xff },
    isKernelDriverActive: () => true,
    detachKernelDriver: () => log.push('detach'),
    attachKernelDriver: () => log.push('attach'),
    claim: () => log.push('claim'),
    release: (_, done) => {
      log.push('release');
      done();
    },
    endpoint: (address) =>
      address !== 0x82
        ? undefined
        : {
            clearHalt(done) {
              log.push('clear halt');
              done();
            },
            makeTransfer(_timeout, done) {
              const transfer: PackageTransfer = {
                submit: (buffer) => transfers.push({ done, buffer }),
                cancel: () => {
                  setImmediate(() => done(error(3), Buffer.alloc(0), 0));
                  return true;
                },
              };
              return transfer;
            },
          },
  };
  const that: PackageDevice = {
    busNumber: 1,
    deviceAddress: 4,
    portNumbers: [port, 3],
    deviceDescriptor: { idVendor: ids.vendorId, idProduct: ids.productId, iSerialNumber: 3 },
    timeout: 0,
    interfaces: [made],
    open: () => {
      if (openError !== undefined) throw openError;
      log.push('open');
    },
    close: () => log.push('close'),
    getStringDescriptor: (_, done) => done(undefined, serial),
    controlTransfer: (_type, request, _value, _index, _data, done) =>
      request === 9 ? done(error(4)) : done(undefined, Buffer.of(request)),
  };
  return { device: that, log, transfers };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no fault',
    (fault: BusFault) => fault.code,
  );

describe('a device through the npm package usb', () => {
  it('is refused in a sentence where the package is missing', async () => {
    vi.stubEnv('DTBUS_USB', 'npm');
    const resolver = Module as unknown as { _resolveFilename(request: string): string };
    const original = resolver._resolveFilename;
    vi.spyOn(resolver, '_resolveFilename').mockImplementation(function (this: unknown, request, ...rest) {
      if (request === 'usb') throw Object.assign(new Error('no usb'), { code: 'MODULE_NOT_FOUND' });
      return Reflect.apply(original, this, [request, ...rest]);
    });
    try {
      await expect(usbDevice(WANTED)()).rejects.toThrow(
        'ENODEV: not found: npm package "usb"; install it beside dtbus: npm install usb@2',
      );
    } finally {
      vi.restoreAllMocks();
      vi.unstubAllEnvs();
    }
  });

  it('is found as the only one, by port, or by serial number', async () => {
    const [a, b, other] = [
      device(),
      device({ serial: 'B2', port: 4 }),
      device({ ids: { vendorId: 1, productId: 2 } }),
    ];
    const all = [other.device, a.device, b.device];
    expect((await openDevice([other.device, a.device], WANTED)).description).toBe(
      'a CH341A at USB port 1-2.3',
    );
    expect((await openDevice(all, { ...WANTED, port: '1-4.3' })).description).toContain('1-4.3');
    expect((await openDevice(all, { ...WANTED, serialNumber: 'B2' })).description).toContain('1-4.3');
    await expect(openDevice(all, WANTED)).rejects.toThrow(
      'say which by port or serial-number (ports: 1-2.3, 1-4.3)',
    );
    await expect(openDevice(all, { ...WANTED, port: '2-1' })).rejects.toThrow(
      'ENODEV: not found: a CH341A at USB port 2-1; plug it in (there: 1-2.3, 1-4.3)',
    );
    await expect(openDevice([], WANTED)).rejects.toThrow(
      'ENODEV: not found: a CH341A; plug it in (there: none)',
    );
  });

  it.each([
    [-3, 'EACCES'],
    [-4, 'ENODEV'],
    [-6, 'EBUSY'],
    [-12, 'EACCES'],
    [-99, 'EPROTO'],
  ])('that libusb refuses with %i is %s', async (errno, code) => {
    const { device: one } = device({ openError: error(errno) });
    expect(await codeOf(openDevice([one], WANTED))).toBe(code);
  });

  it('that another program has is told with its place, and with the program where the machine says it', async () => {
    const { device: one } = device({ openError: error(-6) });
    await expect(openDevice([one], WANTED)).rejects.toThrow(
      /^EBUSY: a CH341A at USB port 1-2\.3 is held by (another program|process \d+ \(.+\)): end it$/,
    );
  });

  it('with the right ids and no such interface is refused, and closed', async () => {
    const { device: one, log } = device();
    expect(await codeOf(openDevice([one], { ...WANTED, interface: { class: 3 } }))).toBe('EPROTO');
    expect(log).toEqual(['open', 'close']);
  });

  it('is taken from a driver of the kernel, and given back', async () => {
    const { device: one, log } = device();
    const usb = await openDevice([one], WANTED);
    await usb.close();
    await usb.close();
    expect(log).toEqual(['open', 'detach', 'claim', 'release', 'attach', 'close']);
    expect(await codeOf(usb.in(0x82, 32))).toBe('ENODEV');
  });

  it('has several transfers under way, which end in their order', async () => {
    const { device: one, transfers } = device();
    const usb = await openDevice([one], WANTED);
    const both = Promise.all([usb.in(0x82, 32), usb.in(0x82, 32)]);
    expect(transfers).toHaveLength(2);
    transfers.forEach(({ done, buffer }, i) => {
      buffer[0] = i;
      done(undefined, buffer, 1);
    });
    expect((await both).map((data) => [...data])).toEqual([[0], [1]]);
  });

  it.each([
    [4, 'EPROTO'],
    [5, 'ENODEV'],
    [6, 'EPROTO'],
    [1, 'EIO'],
  ])('fails a transfer that ends with status %i with %s', async (status, code) => {
    const { device: one, transfers } = device();
    const usb = await openDevice([one], WANTED);
    const work = codeOf(usb.in(0x82, 32));
    transfers[0]?.done(error(status), Buffer.alloc(0), 0);
    expect(await work).toBe(code);
  });

  it('clears the halt of an endpoint that stalled, so that the next transfer can go', async () => {
    const { device: one, transfers, log } = device();
    const usb = await openDevice([one], WANTED);
    const work = codeOf(usb.in(0x82, 32));
    transfers[0]?.done(error(4), Buffer.alloc(0), 0);
    expect(await work).toBe('EPROTO');
    expect(log.at(-1)).toBe('clear halt');
  });

  it('takes transfers back at a deadline, and when it is closed', async () => {
    const { device: one } = device();
    const usb = await openDevice([one], WANTED);
    const deadline = new AbortController();
    const late = codeOf(usb.in(0x82, 32, deadline.signal));
    deadline.abort();
    expect(await late).toBe('ETIMEDOUT');
    expect(await codeOf(usb.in(0x82, 32, AbortSignal.abort()))).toBe('ETIMEDOUT');
    const waiting = codeOf(usb.in(0x82, 32));
    await usb.close();
    expect(await waiting).toBe('ENODEV');
  });

  describe('many transfers of a kind', () => {
    /** @returns what came, by place */
    async function many(count: number) {
      const { device: one, log, transfers } = device();
      const usb = await openDevice([one], WANTED);
      const came: string[] = [];
      const begin = (signal?: AbortSignal) =>
        codeOf(
          usb.inEach(
            0x82,
            32,
            count,
            (data, length, place) => came.push(`${place}: ${[...data.subarray(0, length)]}`),
            signal,
          ),
        );
      /** Ends the oldest one. */
      const end = (...bytes: number[]) => {
        const { done, buffer } = transfers.shift() as (typeof transfers)[number];
        buffer.set(bytes);
        done(undefined, buffer, bytes.length);
      };
      return { usb, log, transfers, came, begin, end };
    }

    it('are under way at once, and told as they end; the next ones use their buffers again', async () => {
      const { usb, transfers, came, begin, end } = await many(3);
      for (const first of [1, 4]) {
        const outcome = begin();
        expect(transfers).toHaveLength(3);
        end(first);
        end(first + 1, 9);
        end(first + 2);
        expect(await outcome).toBe('no fault');
      }
      expect(came).toEqual(['0: 1', '1: 2,9', '2: 3', '0: 4', '1: 5,9', '2: 6']);
      await usb.close();
    });

    it('are none where none are wanted', async () => {
      const { usb, transfers, begin } = await many(0);
      expect([await begin(), transfers.length]).toEqual(['no fault', 0]);
      await usb.close();
    });

    it('are taken back where one fails, and have ended when that is told', async () => {
      const { usb, log, transfers, came, begin, end } = await many(3);
      let isOver = false;
      const outcome = begin().finally(() => {
        isOver = true;
      });
      end(1);
      const failed = transfers.shift() as (typeof transfers)[number];
      failed.done(error(4), failed.buffer, 0);
      // The last one ends with the next turn of the event loop.
      await Promise.resolve();
      expect([isOver, log.includes('clear halt')]).toEqual([false, false]);
      expect(await outcome).toBe('EPROTO');
      expect(log).toContain('clear halt');
      expect(came).toEqual(['0: 1']);
      await usb.close();
    });

    it('end at a deadline, and when the device is closed', async () => {
      const { usb, begin } = await many(2);
      const deadline = new AbortController();
      const late = begin(deadline.signal);
      deadline.abort();
      expect(await late).toBe('ETIMEDOUT');
      expect(await begin(deadline.signal)).toBe('ETIMEDOUT');
      const cut = begin();
      await usb.close();
      expect(await cut).toBe('ENODEV');
      expect(await begin()).toBe('ENODEV');
    });

    it('fail where one cannot be begun, behind the end of those that were', async () => {
      const { usb, transfers, begin } = await many(3);
      const push = transfers.push.bind(transfers);
      transfers.push = (...more) => {
        if (transfers.length === 2) throw error(-4);
        return push(...more);
      };
      expect(await begin()).toBe('ENODEV');
      await usb.close();
    });
  });

  it('answers control requests, and stalls', async () => {
    const { device: one } = device();
    const usb = await openDevice([one], WANTED);
    const request = { requestType: 0x40, value: 0, index: 0 };
    expect([...(await usb.controlIn({ ...request, request: 5 }, 1))]).toEqual([5]);
    expect(await codeOf(usb.controlOut({ ...request, request: 9 }, new Uint8Array(0)))).toBe('EPROTO');
    expect(await codeOf(usb.in(0x85, 32))).toBe('EPROTO');
  });
});

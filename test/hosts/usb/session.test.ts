import { describe, expect, test } from 'vitest';
import { isQuiet, UsbSession, untilQuiet } from '../../../hosts/usb/index.ts';
import { BusFault } from '../../../src/bus/index.ts';
import type { UsbConnection } from '../../../src/usb/index.ts';

/** A device that answers `due` times, and counts how often it was let go. */
function device(due: number, description = 'a device') {
  const seen = { closed: 0, asked: 0 };
  const connection = {
    description,
    in: async (_endpoint: number, _length: number, signal?: AbortSignal) => {
      seen.asked++;
      if (due-- > 0) return new Uint8Array(1);
      // As a connection ends it at once, not after a wait.
      expect(signal).toBeInstanceOf(AbortSignal);
      throw new BusFault('ETIMEDOUT');
    },
    close: async () => {
      seen.closed++;
    },
  } as unknown as UsbConnection;
  return { seen, connection };
}

describe('the USB device of an adapter', () => {
  test('is called by its name until it is open, and by what it says then', async () => {
    const session = new UsbSession('CP2112', async () => device(0, 'CP2112 at port 1-1').connection);
    expect(session.description).toBe('CP2112');
    await session.open();
    expect([session.description, session.isOpen]).toEqual(['CP2112 at port 1-1', true]);
    await session.close();
    expect([session.description, session.isOpen]).toEqual(['CP2112', false]);
  });

  test('is ENODEV before it is open and after it was closed', async () => {
    const session = new UsbSession('CP2112', async () => device(0).connection);
    const fault = expect.objectContaining({ code: 'ENODEV', message: 'ENODEV: CP2112 is not open' });
    expect(() => session.usb).toThrow(fault);
    await session.open();
    expect(session.usb.description).toBe('a device');
    await session.close();
    expect(() => session.usb).toThrow(fault);
  });

  test('is let go where greeting it fails, and is not open then', async () => {
    const { seen, connection } = device(0);
    const session = new UsbSession('CP2112', async () => connection);
    const other = new BusFault('EPROTO', 'another part number');
    await expect(session.open(() => Promise.reject(other))).rejects.toBe(other);
    expect([seen.closed, session.isOpen]).toEqual([1, false]);
  });

  test('is let go before it is opened again, and once', async () => {
    const [first, second] = [device(0), device(0)];
    const devices = [first, second];
    const session = new UsbSession('CP2112', async () => {
      expect(devices.length === 2 || first.seen.closed === 1).toBe(true);
      return (devices.shift() as typeof first).connection;
    });
    await session.open();
    await session.open();
    await session.close();
    await session.close();
    expect([first.seen.closed, second.seen.closed]).toEqual([1, 1]);
  });
});

describe('answers that are still due', () => {
  test('are taken one by one until there is none', async () => {
    const { seen, connection } = device(3);
    await untilQuiet(connection, 0x81, 64, undefined);
    expect(seen.asked).toBe(4);
  });

  test('are not asked for when the new transfer is broken off too', async () => {
    const { seen, connection } = device(1);
    await expect(isQuiet(connection, 0x81, 64, AbortSignal.abort())).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
    expect(seen.asked).toBe(0);
  });

  test('tell of a device that is gone', async () => {
    const gone = { in: () => Promise.reject(new BusFault('ENODEV')) } as unknown as UsbConnection;
    await expect(isQuiet(gone, 0x81, 64, undefined)).rejects.toMatchObject({ code: 'ENODEV' });
  });
});

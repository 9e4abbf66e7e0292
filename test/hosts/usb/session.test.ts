import { describe, expect, test } from 'vitest';
import { UsbSession } from '../../../hosts/usb/index.ts';
import { BusFault } from '../../../src/bus/index.ts';
import type { UsbConnection } from '../../../src/usb/index.ts';

/** A device, and how often it was let go. */
function device(description = 'a device') {
  const seen = { closed: 0 };
  const connection = {
    description,
    close: async () => {
      seen.closed++;
    },
  } as unknown as UsbConnection;
  return { seen, connection };
}

describe('the USB device of an adapter', () => {
  test('is called by its name until it is open, and by what it says then', async () => {
    const session = new UsbSession('CP2112', async () => device('CP2112 at port 1-1').connection);
    expect(session.description).toBe('CP2112');
    await session.open();
    expect([session.description, session.isOpen]).toEqual(['CP2112 at port 1-1', true]);
    await session.close();
    expect([session.description, session.isOpen]).toEqual(['CP2112', false]);
  });

  test('is ENODEV before it is open and after it was closed', async () => {
    const session = new UsbSession('CP2112', async () => device().connection);
    const fault = expect.objectContaining({ code: 'ENODEV', message: 'ENODEV: CP2112 is not open' });
    expect(() => session.usb).toThrow(fault);
    await session.open();
    expect(session.usb.description).toBe('a device');
    await session.close();
    expect(() => session.usb).toThrow(fault);
  });

  test('is let go where greeting it fails, and is not open then', async () => {
    const { seen, connection } = device();
    const session = new UsbSession('CP2112', async () => connection);
    const other = new BusFault('EPROTO', 'another part number');
    await expect(session.open(() => Promise.reject(other))).rejects.toBe(other);
    expect([seen.closed, session.isOpen]).toEqual([1, false]);
  });

  test('is let go before it is opened again, and once', async () => {
    const [first, second] = [device(), device()];
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

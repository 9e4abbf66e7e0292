import { readSync, writeSync } from 'node:fs';
import { expect, it } from 'vitest';
import { haveOneTask } from '../../src/bus/index.ts';
import { EventFd } from '../../src/os/index.ts';
import { completions } from '../../src/usb/usbfs/completions.ts';

/** The largest counter of an eventfd (eventfd(2)): nothing can be added to it. */
const FULL = new Uint8Array(new BigUint64Array([0xffff_ffff_ffff_fffen]).buffer);

/** A device whose transfers end where its file can be written to, as those of usbfs do. */
function plugged() {
  const bell = EventFd.create();
  const device = {
    isWaiting: true,
    reaped: 0,
    reap: () => {
      device.reaped++;
    },
  };
  completions.add(bell.fd, device);
  const unplug = (): void => {
    device.isWaiting = false;
    completions.remove(bell.fd);
    bell.close();
  };
  return { bell, device, unplug };
}

const ms = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

it('a process with one task lets timers run while transfers end all the time', async () => {
  haveOneTask();
  const { device, unplug } = plugged();
  completions.watch();
  while (device.reaped === 0) await ms(1);
  const before = device.reaped;
  while (device.reaped === before) await ms(1);
  unplug();
});

it('a process with one task lets timers run while no transfer ends', async () => {
  haveOneTask();
  const { bell, device, unplug } = plugged();
  writeSync(bell.fd, FULL);
  completions.watch();
  await ms(1);
  expect(device.reaped).toBe(0);
  readSync(bell.fd, new Uint8Array(8));
  while (device.reaped === 0) await ms(1);
  unplug();
});

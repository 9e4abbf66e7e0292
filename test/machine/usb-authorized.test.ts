import { expect, it, onTestFinished } from 'vitest';
import { usbKeptOffBy } from '../../src/machine/index.ts';
import { FakeMachine } from './fake-machine.ts';

/** A machine with the files `authorized` of these in `/sys/bus/usb/devices`. */
function machineWith(files: Readonly<Record<string, string>>): FakeMachine['places'] {
  const machine = new FakeMachine();
  onTestFinished(() => machine.remove());
  for (const [name, value] of Object.entries(files))
    machine.file(`bus/usb/devices/${name}/authorized`, value);
  return machine.places;
}

// Documentation/usb/authorization.rst of the kernel: "$ echo 1 > /sys/bus/usb/devices/DEVICE/authorized", and INTERFACE the same.

it('names the file of the device that is kept off', () => {
  const places = machineWith({ '1-1': '0', '1-1.2': '1', '1-1.2:1.0': '1' });
  expect(usbKeptOffBy('1-1', 0, places)).toBe(`${places.sys}/bus/usb/devices/1-1/authorized`);
  expect(usbKeptOffBy('1-1', undefined, places)).toBe(`${places.sys}/bus/usb/devices/1-1/authorized`);
  expect(usbKeptOffBy('1-1.2', 0, places)).toBeUndefined();
});

it('names that of the interface, of whatever configuration', () => {
  const places = machineWith({ '1-1': '1', '1-1:3.0': '1', '1-1:3.10': '0', '1-1.2:3.0': '0' });
  expect(usbKeptOffBy('1-1', 10, places)).toBe(`${places.sys}/bus/usb/devices/1-1:3.10/authorized`);
  expect(usbKeptOffBy('1-1', 0, places)).toBeUndefined();
  expect(usbKeptOffBy('1-1', undefined, places)).toBeUndefined();
});

it('names none where there is no such device, or no Linux', () => {
  expect(usbKeptOffBy('1-1', 0, machineWith({}))).toBeUndefined();
  expect(usbKeptOffBy('1-1', 0, { dev: '/dev', sys: '/nowhere' })).toBeUndefined();
});

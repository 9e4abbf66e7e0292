import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FoundAdapter, findAdapters, listedPorts } from '../../src/machine/index.ts';
import { FakeMachine } from './fake-machine.ts';

let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
});
afterEach(() => machine.remove());

const NOBODY = { uid: 65_534, gids: [65_534] };
const find = (user = NOBODY): FoundAdapter[] => findAdapters({ places: machine.places, user });
/** What is found, with paths as on a real machine. */
const paths = (found = find()) => found.map(({ path }) => path.replace(machine.places.dev, '/dev'));

describe('the adapters of a machine', () => {
  it('are none where there is no /sys and no /dev', () => {
    expect(findAdapters({ places: { dev: '/nowhere/dev', sys: '/nowhere/sys' } })).toEqual([]);
    expect(find()).toEqual([]);
  });

  it('are serial ports with what is behind them, under the name that stays', () => {
    machine.usb('1-2', '04d8:fb00', { product: 'Bus Pirate v4', serial: '00000001' });
    machine.link('class/tty/ttyACM0/device', 'devices/pci0000:00/usb1/1-2/1-2:1.0');
    machine.node('ttyACM0', 0o660);
    machine.alias('serial/by-id/usb-Dangerous_Prototypes_Bus_Pirate-if00', 'ttyACM0');
    machine.link('class/tty/ttyS0/device', 'devices/platform/serial8250');
    machine.link('class/tty/ttyAMA0/device', 'devices/platform/uart');
    machine.node('ttyAMA0', 0o666);
    const [uart, pirate, ...more] = find();
    expect(more).toEqual([]);
    expect(paths([uart as FoundAdapter, pirate as FoundAdapter])).toEqual([
      '/dev/serial/by-id/usb-Dangerous_Prototypes_Bus_Pirate-if00',
      '/dev/ttyAMA0',
    ]);
    expect(uart).toMatchObject({
      kind: 'serial',
      name: 'Bus Pirate v4',
      compatible: ['dangerousprototypes,bus-pirate'],
      usb: { port: '1-2', vendorId: 0x04d8, productId: 0xfb00, serial: '00000001' },
    });
    expect(pirate).toMatchObject({
      name: 'serial port',
      usb: undefined,
      compatible: ['dangerousprototypes,bus-pirate', 'dtbus,serprog', 'micropython,board', 'firmata,board'],
    });
  });

  it('are USB devices of known kinds with the driver that has them, and no hubs, mice or interfaces', () => {
    machine.usb('1-1', '1d6b:0002', { bDeviceClass: '09' });
    machine.usb('1-1.3', '1a86:5512', { devnum: '12' });
    machine.usb('1-4', '046d:c077', { product: 'Mouse' });
    machine.link('bus/usb/devices/1-1.3:1.0/driver', 'bus/usb/drivers/spi-ch341');
    machine.node('bus/usb/001/012', 0o664);
    expect(find()).toMatchObject([
      {
        kind: 'usb',
        name: 'CH341A',
        compatible: ['wch,ch341a'],
        heldBy: 'spi-ch341',
        usb: { port: '1-1.3' },
      },
    ]);
    expect(paths()).toEqual(['/dev/bus/usb/001/012']);
  });

  it('of a kind that the kernel drives are offered where it makes no bus of them', () => {
    machine.usb('1-5', '0403:6030');
    const offered = () => find().map(({ kind, compatible }) => [kind, ...compatible]);
    expect(offered()).toEqual([['usb', 'ftdi,ft260']]);
    machine.file('bus/i2c/devices/i2c-3/name', 'FT260 usb-i2c bridge');
    expect(offered()).toEqual([
      ['usb', 'ftdi,ft260'],
      ['i2c', 'dtbus,linux-i2c'],
    ]);
    machine.link('bus/i2c/devices/i2c-4', 'devices/pci0000:00/usb1/1-5/i2c-4');
    expect(offered().slice(0, 1)).toEqual([['usb']]);
  });

  it("are HID devices and Linux's own buses, whichever driver has a chip select", () => {
    machine.usb('1-5', '04d8:00de');
    machine.link('class/hidraw/hidraw3/device', 'devices/pci0000:00/usb1/1-5/0003:04D8:00DE.0001');
    machine.link('class/hidraw/hidraw0/device', 'devices/platform/keyboard');
    machine.file('bus/i2c/devices/i2c-10/name', 'bcm2835 (i2c@7e804000)');
    machine.file('bus/i2c/devices/i2c-2/name', 'SMBus I801');
    machine.file('bus/i2c/devices/10-0050/name', 'eeprom');
    machine.link('bus/spi/devices/spi0.0/driver', 'bus/spi/drivers/spidev');
    machine.link('bus/spi/devices/spi0.1/driver', 'bus/spi/drivers/spi-nor');
    machine.link('class/spi_master/spi0/device', 'devices/platform/3f204000.spi');
    machine.file('bus/gpio/devices/gpiochip0/uevent', '');
    expect(paths()).toEqual([
      '/dev/bus/usb/001/004',
      '/dev/hidraw3',
      '/dev/i2c-2',
      '/dev/i2c-10',
      '/dev/spidev0.0',
      '/dev/spidev0.1',
      '/dev/gpiochip0',
    ]);
    expect(find().map(({ name, heldBy }) => [name, heldBy])).toEqual([
      ['MCP2210', undefined],
      ['MCP2210', undefined],
      ['SMBus I801', undefined],
      ['bcm2835 (i2c@7e804000)', undefined],
      ['chip select 0 of 3f204000.spi', undefined],
      ['chip select 1 of 3f204000.spi', 'spi-nor'],
      ['gpiochip0', undefined],
    ]);
  });
});

describe('who may open a node', () => {
  const access = (mode: number, user = NOBODY) => {
    machine.file('bus/i2c/devices/i2c-1/name', 'bus');
    machine.node('i2c-1', mode);
    return find(user)[0]?.access;
  };

  it('is who its mode lets read and write it', () => {
    expect(access(0o666)).toMatchObject({ allowed: true, remedy: undefined });
    expect(access(0o664)).toMatchObject({ allowed: false });
    expect(access(0o600, { uid: process.getuid?.() ?? 0, gids: [] })).toMatchObject({ allowed: true });
    const gid = process.getgid?.() ?? 0;
    expect(access(0o660, { uid: 65_534, gids: [gid] })).toMatchObject({ allowed: true });
    expect(access(0o640, { uid: 65_534, gids: [gid] })).toMatchObject({ allowed: false });
  });

  it('is told with its owner and the udev rule that changes it', () => {
    const rule = 'SUBSYSTEM=="i2c-dev", GROUP="i2c", MODE="0660", TAG+="uaccess"';
    expect(access(0o600)).toMatchObject({ owner: expect.stringMatching(/^\w+:\w+ 0600$/), rule });
    expect(access(0o600)?.remedy).toContain(rule);
  });

  it('has rules that find a USB device by its ids', () => {
    machine.usb('1-2', '1a86:5512');
    machine.node('bus/usb/001/004', 0o600);
    expect(find()[0]?.access.rule).toBe(
      'SUBSYSTEM=="usb", ATTR{idVendor}=="1a86", ATTR{idProduct}=="5512", GROUP="plugdev", MODE="0660", TAG+="uaccess"',
    );
  });
});

describe('serial ports of other systems', () => {
  it('are those that serialport lists', async () => {
    const listed = await listedPorts(async () => [
      { path: 'COM3', manufacturer: 'FTDI', vendorId: '0403', productId: '6001', serialNumber: 'A1' },
      { path: 'COM1' },
    ]);
    expect(listed).toMatchObject([
      { path: 'COM3', name: expect.stringContaining('FT232R'), usb: { vendorId: 0x403, serial: 'A1' } },
      { path: 'COM1', name: 'serial port', usb: undefined },
    ]);
  });

  it('are none where it fails', async () => {
    expect(await listedPorts(() => Promise.reject(new Error('no')))).toEqual([]);
  });
});

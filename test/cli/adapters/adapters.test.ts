import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openBoard } from '../../../src/board/index.ts';
import { adapterNodes } from '../../../src/cli/adapters/adapter-node.ts';
import { adapterText, showAdapters } from '../../../src/cli/adapters/adapters.ts';
import { findAdapters } from '../../../src/machine/index.ts';
import { FakeMachine } from '../../machine/fake-machine.ts';
import { testFolder } from '../folder.ts';
import { caught, dtbusHere } from '../run-here.ts';

const folder = testFolder();
let machine: FakeMachine;
beforeEach(() => {
  machine = new FakeMachine();
});
afterEach(() => machine.remove());

const user = { uid: 65_534, gids: [] };
const plain = (_style: string, text: string) => text;

/** A Bus Pirate, a CH341A with a name that means ill, and a bus of the machine's own. */
function furnish(): void {
  machine.usb('1-2', '04d8:fb00', { serial: 'a\u001b[31m"b' });
  machine.link('class/tty/ttyACM0/device', 'devices/pci0000:00/usb1/1-2/1-2:1.0');
  machine.node('ttyACM0', 0o666);
  machine.usb('1-3', '1a86:5512');
  machine.node('bus/usb/001/004', 0o600);
  machine.file('bus/i2c/devices/i2c-1/name', 'bcm2835');
}

describe('dtbus adapters', () => {
  it('lists what there is, who may open it, what to do, and the node to paste', () => {
    furnish();
    machine.usb('1-4', '1a86:55dc');
    const text = adapterText(findAdapters({ places: machine.places, user }), plain).replaceAll(
      machine.places.dev,
      '/dev',
    );
    expect(text).toContain(
      '/dev/ttyACM0  Bus Pirate v4\n  usb      04d8:fb00 at 1-2, serial number a\\x1b[31m"b\n',
    );
    expect(text).toMatch(/^ {2}access {3}\w+:\w+ 0666: you may open it$/m);
    expect(text).toMatch(/^ {2}access {3}\w+:\w+ 0600: you may not open it$/m);
    expect(text).toContain('  to do    put SUBSYSTEM=="usb", ATTR{idVendor}=="1a86"');
    expect(text).toContain('  driver   dtbus has none for it yet\n');
    expect(text).toContain('port = "1-3";');
    expect(text).toContain('  access   not found: /dev/i2c-1\n');
    expect(text).toContain('      compatible = "dtbus,linux-i2c";\n'.replace(/^ {6}/, '    \t\t\t'));
  });

  it('says of a device that Linux keeps off how it is let in', () => {
    machine.usb('1-3', '1a86:5512', { authorized: '0' });
    machine.usb('1-4', '1a86:5512', { authorized: '1', devnum: '5' });
    machine.node('bus/usb/001/004', 0o666);
    machine.node('bus/usb/001/005', 0o666);
    const { places } = machine;
    const found = findAdapters({ places, user });
    expect(found.map(({ access }) => access.allowed)).toEqual([false, true]);
    const text = adapterText(found, plain).replaceAll(places.sys, '/sys');
    // Documentation/usb/authorization.rst of the kernel: 1 lets a device in.
    expect(text).toContain(
      '  access   not authorized: Linux keeps it off\n  to do    echo 1 | sudo tee /sys/bus/usb/devices/1-3/authorized\n',
    );
    expect(text.match(/not authorized|you may open it/g)).toEqual(['not authorized', 'you may open it']);
  });

  it('names the bus that a kernel driver makes of an adapter', () => {
    machine.usb('1-2', '0403:c631');
    machine.link('bus/i2c/devices/i2c-3', 'devices/pci0000:00/usb1/1-2/i2c-3');
    const text = adapterText(findAdapters({ places: machine.places, user }), plain).replaceAll(
      machine.places.dev,
      '/dev',
    );
    expect(text).toContain('i2c-tiny-usb\n  usb      0403:c631 at 1-2\n');
    expect(text).toContain("  driver   the kernel's: use /dev/i2c-3\n");
  });

  it('gives nodes that a board takes as they are', async () => {
    furnish();
    for (const found of findAdapters({ places: machine.places, user })) {
      const nodes = adapterNodes(found);
      const warnings: string[] = [];
      const file = folder.write('board.dts', `/dts-v1/;\n${nodes}`);
      const board = await openBoard(file, {
        openHosts: 'first-use',
        strict: true,
        treeChecks: 'error',
        onWarning: (sentence) => warnings.push(sentence),
      });
      expect(board.buses().map(({ hostPath }) => hostPath)).toEqual([expect.stringMatching(/^\/hosts\//)]);
      await board.close();
      expect(warnings.filter((warning) => !warning.includes('the adapter is not open'))).toEqual([]);
    }
  });

  it('prints JSON for scripts', async () => {
    furnish();
    const { status, out } = await caught(() => showAdapters(true, { places: machine.places, user }));
    expect(status).toBe(0);
    expect(JSON.parse(out)).toMatchObject([
      {
        kind: 'serial',
        usb: { port: '1-2' },
        access: { allowed: true },
        node: expect.stringContaining('hosts {'),
      },
      {
        kind: 'usb',
        access: { allowed: false, rule: expect.stringContaining('1a86') },
        node: expect.stringContaining('compatible = "wch,ch341a"'),
      },
      { kind: 'i2c', compatible: ['dtbus,linux-i2c'] },
    ]);
  });

  it('says that there is nothing, and ends with 2 where it is called wrongly', async () => {
    const look = { places: machine.places, user };
    expect(await caught(() => showAdapters(true, look))).toMatchObject({ status: 0, out: '[]\n', err: '' });
    expect(await caught(() => showAdapters(false, look))).toMatchObject({
      status: 0,
      out: '',
      err: expect.stringContaining('no adapter found'),
    });
    expect(await dtbusHere('adapters', '--wrong')).toMatchObject({ status: 2 });
  });
});

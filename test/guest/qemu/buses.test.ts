import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from '../../../src/devicetree/index.ts';
import { findDevices, isBus } from '../../../src/frontend/index.ts';
import { prepareQemuGuest, type QemuBus, qemuDevices } from '../../../src/guest/qemu-buses.ts';

/** The I2C buses of a tree with these numbers, as QEMU would get them. */
function i2cBuses(numbers: readonly number[], clients = ''): QemuBus[] {
  const aliases = numbers.map((n) => `i2c${n} = &bus${n};`).join(' ');
  const nodes = numbers.map(
    (n) =>
      `bus${n}: i2c-${n} { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; ${clients} };`,
  );
  const { tree } = parse('test.dts', `/dts-v1/; / { aliases { ${aliases} }; ${nodes.join(' ')} };`);
  if (tree === undefined) throw new Error('the tree cannot be read');
  return findDevices(tree)
    .filter(isBus)
    .map((node) => ({
      node,
      socket: `/run/i2c${node.number}.sock`,
      owner: undefined,
      device: 'vhost-user-i2c-pci',
    }));
}

const numbersOf = (buses: readonly QemuBus[]) => qemuDevices(buses).map(({ bus }) => bus?.number);

describe('the PCI devices of a guest', () => {
  it('come in the order of the numbers, and a connection more holds each number that is left out', () => {
    expect(numbersOf(i2cBuses([0, 1]))).toEqual([0, 1]);
    expect(numbersOf(i2cBuses([4, 1]))).toEqual([undefined, 1, undefined, undefined, 4]);
    const devices = qemuDevices(i2cBuses([1, 3]));
    expect(devices.map(({ socket }) => socket)).toEqual([
      '/run/i2c1.sock',
      '/run/i2c1.sock',
      '/run/i2c1.sock',
      '/run/i2c3.sock',
    ]);
    const slots = devices.map(({ slot }) => slot);
    expect(new Set(slots).size).toBe(4);
    expect(slots).toEqual([...slots].sort((a, b) => a - b));
  });

  it('hold no numbers where there are not slots enough', () => {
    expect(numbersOf(i2cBuses([1, 26]))).toHaveLength(27);
    expect(numbersOf(i2cBuses([1, 27]))).toEqual([1, 27]);
  });
});

describe('process 1 before the command', () => {
  let sys: string;
  beforeEach(() => {
    sys = mkdtempSync(join(tmpdir(), 'dtbus-sys-'));
  });
  afterEach(() => rmSync(sys, { recursive: true }));

  /** Runs the lines in a /sys of files. @returns what they note */
  function run(buses: readonly QemuBus[], adapters: Record<number, string>): string {
    const devices = qemuDevices(buses);
    mkdirSync(join(sys, 'bus/pci/drivers/virtio-pci'), { recursive: true });
    for (const { slot, bus } of devices) {
      const adapter = bus === undefined ? undefined : adapters[bus.number];
      const address = slot.toString(16).padStart(2, '0');
      const folder = join(sys, `bus/pci/devices/0000:00:${address}.0/virtio${slot}`);
      mkdirSync(adapter === undefined ? folder : join(folder, adapter), { recursive: true });
    }
    const script = `note() { echo "$*"; }\n${prepareQemuGuest(devices).replaceAll('/sys/', `${sys}/`)}`;
    const { stdout, stderr, status } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    return stdout;
  }
  const written = (path: string) => readFileSync(join(sys, path), 'utf8');
  const newDevice = (slot: string, adapter: string) =>
    written(`bus/pci/devices/0000:00:${slot}.0/virtio${Number.parseInt(slot, 16)}/${adapter}/new_device`);

  it('takes away what held a number, and makes clients by their compatible without the vendor', () => {
    const buses = i2cBuses([1], 'temp@48 { compatible = "national,lm75", "lm75"; reg = <0x48>; };');
    expect(run(buses, { 1: 'i2c-1' })).toBe('');
    expect(written('bus/pci/drivers/virtio-pci/unbind')).toBe('0000:00:04.0\n');
    expect(newDevice('05', 'i2c-1')).toBe('lm75 0x48\n');
  });

  it('makes clients below i2c-bus', () => {
    run(i2cBuses([0], 'i2c-bus { temp@48 { compatible = "national,lm75"; reg = <0x48>; }; };'), {
      0: 'i2c-0',
    });
    expect(newDevice('04', 'i2c-0')).toBe('lm75 0x48\n');
  });

  it('goes through the compatibles of a part until a driver takes it, and says where none does', () => {
    const buses = i2cBuses([0], 'rom@50 { compatible = "acme,rom9", "atmel,24c02"; reg = <0x50>; };');
    const adapter = 'bus/pci/devices/0000:00:04.0/virtio4/i2c-0';
    // A device without a driver, as new_device leaves it.
    mkdirSync(join(sys, adapter, '0-0050'), { recursive: true });
    expect(run(buses, { 0: 'i2c-0' })).toBe(
      "no driver in the guest took /i2c-0/rom@50: see its kernel's configuration\n",
    );
    expect(newDevice('04', 'i2c-0')).toBe('24c02 0x50\n');
    expect(written(`${adapter}/delete_device`)).toBe('0x50\n');
    // One that has a driver at once: nothing is tried after it.
    mkdirSync(join(sys, adapter, '0-0050/driver'));
    expect(run(buses, { 0: 'i2c-0' })).toBe('');
    expect(newDevice('04', 'i2c-0')).toBe('rom9 0x50\n');
  });

  it("gives ten-bit addresses in the kernel's way, and leaves out what has no address", () => {
    const clients = `wide@1a0 { compatible = "it's,odd"; reg = <0x800001a0>; }; label { compatible = "a,b"; };`;
    run(i2cBuses([0], clients), { 0: 'i2c-0' });
    // I2C_ADDR_OFFSET_TEN_BIT of drivers/i2c/i2c-core-base.c
    expect(newDevice('04', 'i2c-0')).toBe('odd 0xa1a0\n');
  });

  it('makes no clients that belong to another guest', () => {
    const clients =
      'a@48 { compatible = "x,a"; reg = <0x48>; dtbus,owner = "left"; }; b@49 { compatible = "x,b"; reg = <0x49>; dtbus,owner = "right"; };';
    const left = i2cBuses([0], clients).map((bus) => ({ ...bus, owner: 'left' }));
    run(left, { 0: 'i2c-0' });
    expect(newDevice('04', 'i2c-0')).toBe('a 0x48\n');
  });

  it('tells of a bus with another number, and of one that Linux has no driver for', () => {
    expect(run(i2cBuses([0, 1]), { 0: 'i2c-5' })).toBe(
      'the bus i2c-0 of the board is i2c-5 in the guest\nLinux did not take the bus i2c-1 of the board\n',
    );
  });
});

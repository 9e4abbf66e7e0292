import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGuest } from '../../../src/guest/index.ts';
import { NO_UML, program, UML_KERNEL, UML_MODULES } from '../../guest/boot.ts';

const missing = NO_UML ?? program('node') ?? program('i2cget');
const STEPS = fileURLToPath(new URL('../in-guest/linux-i2c.mjs', import.meta.url));
const SPI_STEPS = fileURLToPath(new URL('../in-guest/linux-spi.mjs', import.meta.url));
const DTBUS = fileURLToPath(new URL('../../../bin/dtbus.js', import.meta.url));

/** The guest's Linux has these buses by virtio, and drivers for all parts but one. */
const BOARD = `/dts-v1/; / {
  i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp@48 { compatible = "national,lm75"; reg = <0x48>; };
    eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; pagesize = <8>; dtbus,set = "writeTime=0"; }; };
  spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
    flash@0 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <0>; };
    recorder@1 { compatible = "test,recorder"; reg = <1>; dtbus,model = "recorder.mjs"; }; };
};`;

/** A part that writes down what reaches it and sends back what it hears, or 5a. */
const RECORDER = (record: string) => `import { appendFileSync } from 'node:fs';
const say = (what) => appendFileSync(${JSON.stringify(record)}, what + '\\n');
export const models = [{
  compatible: ['test,recorder'],
  bus: 'spi',
  title: 'recorder',
  properties: [],
  create: () => ({
    state: {},
    reset() {},
    select(mode) { say('[' + mode.toString(16)); },
    deselect() { say(']'); },
    transfer(tx, rx, length) {
      say(tx === undefined ? 'r' + length : length > 99 ? 't' + length : Buffer.from(tx.subarray(0, length)).toString('hex'));
      for (let i = 0; i < length && rx !== undefined; i++) rx[i] = tx?.[i] ?? 0x5a;
    },
  }),
}];`;

/** spi0.0 is the flash, which spi-nor has; no driver of the kernel's knows the recorder at spi0.1. */
const SPI_SCRIPT = `
open spi0
open /dev/spidev0.1
open spi7
sh echo spidev > /sys/bus/spi/devices/spi0.1/driver_override
sh echo spi0.1 > /sys/bus/spi/drivers/spidev/bind
open virtio1
0 0 t9f r3
1 0 t9f r3
1 3 x0102,bitsPerWord=16
1 8 x0102
1 40 t11
1 0 t13,csChange=1 t14
1 0 t55*4096
1 0 t66*4097
1 0 t15,csSetupNs=1
1 0 t16,csHoldNs=1000000000
1 0 t17,csInactiveNs=20000
1 0 t18,bitsPerWord=33
2 0 t19
open /sys/bus/spi/devices/spi0.1
0 0 xa1
sh echo spi0.0 > /sys/bus/spi/drivers/spi-nor/unbind
sh echo spidev > /sys/bus/spi/devices/spi0.0/driver_override
sh echo spi0.0 > /sys/bus/spi/drivers/spidev/bind
open /dev/spidev0.1 spidev0.0
1 0 x9f000000
open 0.1
0 0 xb1
sh echo spi0.1 > /sys/bus/spi/drivers/spidev/unbind
0 0 xb2
`;

/** `@BUS` is the bus of the board, `@STUB` that of i2c-stub, which makes SMBus and no plain I2C. */
const script = (folder: string): string => `
  insmod=$(command -v insmod || echo 'busybox insmod')
  $insmod ${join(UML_MODULES, 'i2c-stub.ko')} chip_addr=0x1d
  bus=$(basename $(dirname $(grep -l virtio /sys/bus/i2c/devices/i2c-*/name)))
  stub=$(basename $(dirname $(grep -l stub /sys/bus/i2c/devices/i2c-*/name)))
  echo "buses $bus $stub"
  printf 'r48:2\\nw50:00\\n' | node ${STEPS} /dev/$bus
  echo \${bus#i2c-}-0050 > /sys/bus/i2c/drivers/at24/unbind
  (
    echo 'w50:08,11,22,33'
    echo 'w50:08 r50:3'
    echo '42*w50:08'
    echo '43*w50:08'
    echo 'r50:8193'
    echo 'w33:00'
    echo 'w50:08 r33:1'
    echo 'rt50:1'
    echo 'w50:08 r48:1'
    echo 'w50:'
    echo 'r50:256'
  ) | node ${STEPS} "$(cat /sys/bus/i2c/devices/$bus/name)"
  i2cset -y \${stub#i2c-} 0x1d 0x10 0xbeef w
  i2cset -y \${stub#i2c-} 0x1d 0x20 1 2 3 4 5 i
  (
    echo 'w1d:10 r1d:2'
    echo 'w1d:20 r1d:5'
    echo 'w1d:30,5a'
    echo 'w1d:30 r1d:1'
    echo 'w1d:40,34,12'
    echo 'w1d:50,01,02,03,04'
    echo 'w1d:'
    echo 'w1e:'
    echo 'r1d:2'
    echo 'w1d:00 w1d:01'
  ) | node ${STEPS} $(readlink -f /sys/bus/i2c/devices/$stub)
  i2cget -y \${stub#i2c-} 0x1d 0x40 w
  i2cget -y \${stub#i2c-} 0x1d 0x50 i 4
  node ${STEPS} i2c-77 < /dev/null
  rm /dev/$stub && node ${STEPS} $stub < /dev/null
  cd ${folder}
  echo "board $(node ${DTBUS} i2ctransfer -b host.dts -y 5 w1@0x50 8 r3 2>&1)"
  node ${SPI_STEPS} < ${join(folder, 'spi-steps')}
  echo "flash $(node ${DTBUS} flash info flash -b host.dts 2>&1)"
`;

describe.skipIf(missing !== undefined)("the machine's own buses, in a real Linux", () => {
  let folder: string;
  let record: string[];
  let printed: string[] = [];
  let bus = '';
  let stub = '';
  const of = (step: string): string | undefined =>
    printed.find((line) => line.startsWith(`${step} -> `))?.slice(step.length + 4);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-linux-host-'));
    writeFileSync(join(folder, 'board.dts'), BOARD);
    writeFileSync(join(folder, 'recorder.mjs'), RECORDER(join(folder, 'record')));
    writeFileSync(join(folder, 'spi-steps'), SPI_SCRIPT);
    writeFileSync(
      join(folder, 'host.dts'),
      `/dts-v1/; / { aliases { i2c5 = &own; }; hosts { linux: linux { compatible = "dtbus,linux-i2c"; port = "/dev/i2c-0"; };
          linux_spi: linux-spi { compatible = "dtbus,linux-spi"; port = "spi0"; }; };
        own: i2c { compatible = "platform,virtio-i2c"; dtbus,host = <&linux>; };
        spi { compatible = "platform,virtio-spi"; dtbus,host = <&linux_spi>; #address-cells = <1>; #size-cells = <0>;
          flash: flash@0 { compatible = "winbond,w25q80"; reg = <0>; }; }; };`,
    );
    const result = await runGuest(join(folder, 'board.dts'), {
      kernel: UML_KERNEL,
      command: ['sh', '-c', script(folder)],
      deadlineMs: 200_000,
      output: (bytes) => printed.push(Buffer.from(bytes).toString('latin1').trimEnd()),
      onWarning: () => {},
    });
    printed = printed.flatMap((line) => line.split('\n'));
    if (process.env['DTBUS_SHOW'] !== undefined) console.log(printed.join('\n'));
    expect(result.exitCode, printed.join('\n')).toBe(0);
    record = readFileSync(join(folder, 'record'), 'latin1').split('\n');
    [, bus = '', stub = ''] = (printed.find((line) => line.startsWith('buses ')) ?? '').split(' ');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('refuses addresses that a kernel driver holds, in every message, until it is unbound', () => {
    expect(of('r48:2')).toBe(
      `EBUSY: address 0x48 of ${bus} is held by the kernel driver lm75: unbind it first: echo ${bus.slice(4)}-0048 | sudo tee /sys/bus/i2c/drivers/lm75/unbind`,
    );
    expect(of('w50:00')).toMatch(/^EBUSY: address 0x50 .*at24/);
    expect(of('w50:08 r48:1')).toMatch(/^EBUSY: address 0x48 /);
  });

  it('joins messages by repeated STARTs, up to what i2c-dev takes', () => {
    expect(of('w50:08,11,22,33')).toBe('done');
    expect(of('w50:08 r50:3')).toBe('112233');
    expect(of('w50:')).toBe('done');
    expect(of('r50:256')).toMatch(/^(ff){8}112233(ff){245}$/);
    expect(of('42*w50:08')).toBe('done');
    expect(of('43*w50:08')).toMatch(/^EINVAL: .*43 messages.* at most 42$/);
    expect(of('r50:8193')).toMatch(/^EMSGSIZE: .* at most 8192$/);
  });

  it('does what the driver offers and no more', () => {
    // i2c-virtio: I2C_FUNC_I2C and I2C_FUNC_SMBUS_EMUL, as i2cdetect -F shows.
    expect(printed).toContain('functionality eff0009');
    expect(of('rt50:1')).toMatch(/^EOPNOTSUPP: .* ten-bit/);
  });

  it('says how far a transaction came where the driver says no more', () => {
    expect(of('w33:00')).toMatch(
      /^ENXIO: .*: 0 of 1 messages to 0x33 were carried out; its driver does not say why$/,
    );
    expect(of('w50:08 r33:1')).toMatch(/^EIO: .*: 0 of 2 messages to 0x50, 0x33 were carried out/);
  });

  it('makes SMBus transfers on an adapter that makes no plain I2C, and i2c-tools see the same', () => {
    expect(of('w1d:10 r1d:2')).toBe('efbe');
    expect(of('w1d:20 r1d:5')).toBe('0102030405');
    expect(of('w1d:30,5a')).toBe('done');
    expect(of('w1d:30 r1d:1')).toBe('5a');
    expect(of('w1d:')).toBe('done');
    expect(printed).toContain('0x1234');
    expect(printed).toContain('0x01 0x02 0x03 0x04');
    expect(of('r1d:2')).toMatch(/^EOPNOTSUPP: .*read of 2 bytes/);
    expect(of('w1d:00 w1d:01')).toMatch(/^EOPNOTSUPP: /);
    // The driver's ENODEV would be an adapter that is gone.
    expect(of('w1e:')).toMatch(/^ENXIO: .* 0x1e .*ENODEV$/);
  });

  it('says what is there when a bus is not found, and which module is missing', () => {
    const there = `I2C buses: i2c-0 (i2c_virtio at virtio bus 0), i2c-1 (SMBus stub driver)`;
    for (const when of ['unavailable', 'failed']) {
      expect(printed).toContain(`${when} ENODEV: not found: /dev/i2c-77; ${there}`);
      expect(printed).toContain(
        `${when} ENODEV: not found: /dev/${stub}: the kernel module i2c-dev is not loaded: sudo modprobe i2c-dev`,
      );
    }
  });

  it('carries a bus of a board', () => {
    expect(printed).toContain('board 0x11 0x22 0x33');
  });

  describe('SPI', () => {
    const bind = (name: string) =>
      `echo spidev | sudo tee /sys/bus/spi/devices/${name}/driver_override; echo ${name} | sudo tee /sys/bus/spi/drivers/spidev/bind`;
    const held = `EBUSY: chip select 0 of spi0 is held by the kernel driver spi-nor: bind spidev in its place: echo spi0.0 | sudo tee /sys/bus/spi/drivers/spi-nor/unbind; ${bind('spi0.0')}`;
    /** What the recorder saw of the message that sent this. */
    const message = (sent: string): string[] => {
      const at = record.indexOf(sent);
      return at < 0 ? [] : record.slice(record.lastIndexOf(']', at) + 1, record.indexOf(']', at) + 1);
    };

    it('says who holds a chip select, and how it is given to spidev', () => {
      const free = `ENODEV: not found: /dev/spidev0.1: no driver has spi0.1: bind spidev: ${bind('spi0.1')}`;
      const seven =
        'ENODEV: not found: SPI bus spi7; SPI devices: spi0.0 (driver spi-nor), spi0.1 (no driver)';
      for (const fault of [held, free, seven]) expect(printed).toContain(`unavailable ${fault}`);
      expect(of('spi open spi0')).toBe(held);
      expect(of('spi open /dev/spidev0.1')).toBe(free);
      expect(of('spi open spi7')).toBe(seven);
    });

    it('opens what it can of a bus, and refuses the rest', () => {
      expect(of('spi open virtio1')).toBe('2 chip selects');
      expect(of('spi 0 0 t9f r3')).toBe(held);
      expect(of('spi 2 0 t19')).toMatch(/^EINVAL: invalid chip select 2: .* has 2$/);
    });

    it('sends and receives in the mode and the words that a message asks for', () => {
      expect(of('spi 1 0 t9f r3')).toBe('5a5a5a');
      expect(message('9f')).toEqual(['[0', '9f', 'r3', ']']);
      expect(of('spi 1 3 x0102,bitsPerWord=16')).toBe('0102');
      expect(message('0201')).toEqual(['[3', '0201', ']']);
      expect(of('spi 1 8 x0102')).toBe('0102');
      expect(message('8040')).toEqual(['[8', '8040', ']']);
      expect(message('13')).toEqual(['[0', '13', ']']);
      expect(message('14')).toEqual(['[0', '14', ']']);
    });

    it('refuses before the wire what the driver or spidev cannot do', () => {
      // spi-virtio has no mode without chip select.
      expect(of('spi 1 40 t11')).toBe(
        'EOPNOTSUPP: Linux SPI bus virtio1: its driver cannot do SPI mode bits 0x40',
      );
      expect(of('spi 1 0 t15,csSetupNs=1')).toMatch(/^EOPNOTSUPP: .*no delay between select and clock/);
      for (const step of ['t16,csHoldNs=1000000000', 't17,csInactiveNs=20000', 't18,bitsPerWord=33'])
        expect(of(`spi 1 0 ${step}`)).toMatch(/^EINVAL: invalid /);
      for (const sent of ['11', '15', '16', '17', '18', '19']) expect(record).not.toContain(sent);
    });

    it("fills spidev's buffer, and refuses more where the driver cannot go on with a message", () => {
      expect(of('spi 1 0 t55*4096')).toBe('done');
      expect(message('t4096')).toEqual(['[0', 't4096', ']']);
      expect(of('spi 1 0 t66*4097')).toMatch(/^EMSGSIZE: .*4096 bytes.*: set spidev\.bufsiz=65536/);
      expect(record).not.toContain('t4097');
    });

    it('takes devices by path, name and place in /sys, as chip selects in their order', () => {
      expect(of('spi 0 0 xa1')).toBe('a1');
      // Winbond W25Q80 data sheet: JEDEC id ef 40 14.
      expect(of('spi 1 0 x9f000000')).toMatch(/^..ef4014$/);
    });

    it('carries a bus of a board', () => {
      expect(printed.find((line) => line.startsWith('flash '))).toContain('W25Q80');
    });

    it('is gone when the device is unbound', () => {
      expect(of('spi 0 0 xb1')).toBe('b1');
      expect(of('spi 0 0 xb2')).toBe(
        'ENODEV: /dev/spidev0.1: the transfer failed: its driver says ESHUTDOWN',
      );
    });
  });
});

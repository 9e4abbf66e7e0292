import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runGuest } from '../../../src/guest/index.ts';
import { NO_UML, program, UML_KERNEL, UML_MODULES } from '../../guest/boot.ts';

const missing = NO_UML ?? program('node') ?? program('i2cget');
const STEPS = fileURLToPath(new URL('../in-guest/linux-i2c.mjs', import.meta.url));

/** The guest's Linux has this bus by virtio, and drivers for both parts. */
const BOARD = `/dts-v1/; / {
  i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    temp@48 { compatible = "national,lm75"; reg = <0x48>; };
    eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; pagesize = <8>; }; };
};`;

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
    sleep 0.02
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
  echo "board $(node ${fileURLToPath(new URL('../../../bin/dtbus.js', import.meta.url))} i2ctransfer -b host.dts -y 5 w1@0x50 8 r3 2>&1)"
`;

describe.skipIf(missing !== undefined)("the machine's own I2C buses, in a real Linux", () => {
  let folder: string;
  let printed: string[] = [];
  let bus = '';
  let stub = '';
  const of = (step: string): string | undefined =>
    printed.find((line) => line.startsWith(`${step} -> `))?.slice(step.length + 4);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-linux-host-'));
    writeFileSync(join(folder, 'board.dts'), BOARD);
    writeFileSync(
      join(folder, 'host.dts'),
      `/dts-v1/; / { aliases { i2c5 = &own; }; hosts { linux: linux { compatible = "dtbus,linux-i2c"; port = "/dev/i2c-0"; }; };
        own: i2c { compatible = "platform,virtio-i2c"; dtbus,host = <&linux>; }; };`,
    );
    const result = await runGuest(join(folder, 'board.dts'), {
      kernel: UML_KERNEL,
      command: ['sh', '-c', script(folder)],
      deadlineMs: 100_000,
      output: (bytes) => printed.push(Buffer.from(bytes).toString('latin1').trimEnd()),
      onWarning: () => {},
    });
    printed = printed.flatMap((line) => line.split('\n'));
    if (process.env['DTBUS_SHOW'] !== undefined) console.log(printed.join('\n'));
    expect(result.exitCode, printed.join('\n')).toBe(0);
    [, bus = '', stub = ''] = (printed.find((line) => line.startsWith('buses ')) ?? '').split(' ');
  }, 120_000);
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
});

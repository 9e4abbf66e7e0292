import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServedBoard } from '../../src/board/index.ts';
import { runGuest } from '../../src/guest/index.ts';
import { NO_UML, program, UML_KERNEL } from './boot.ts';

const NO_TOOLS =
  NO_UML ?? ['i2cdetect', 'spi-pipe', 'hwclock', 'gcc'].map(program).find((reason) => reason !== undefined);

const BOARDS = [
  { name: 'simulated', overlays: [], parts: '' },
  // The same parts at the same places, behind an adapter's protocol and a serial port.
  {
    name: 'on the emulated Bus Pirate behind a pty',
    overlays: ['test/guest/on-bus-pirate.dtso'],
    parts: '/hosts/bus-pirate-2',
  },
];

/** What the guest does: title and shell commands. What one prints is what its test looks at. */
const STEPS = {
  drivers: `
    for d in /sys/bus/i2c/devices/*-00* /sys/bus/spi/devices/*; do
      echo $(basename $d) $(basename "$(readlink $d/driver)")
    done`,
  lm75: 'for h in /sys/class/hwmon/*; do [ $(basename $(readlink $h/device)) = 1-0048 ] && cat $h/temp1_input; done',
  i2cdetect: 'i2cdetect -y -r 1',
  at24: `
    cd /sys/bus/i2c/devices/1-0050
    head -c 100 /etc/passwd > /run/text
    dd if=/run/text of=eeprom bs=100 conv=notrunc 2> /dev/null
    dd if=eeprom bs=100 count=1 2> /dev/null | cmp - /run/text && echo same
    cd /`,
  i2ctransfer: `
    i2ctransfer -f -y 1 w5@0x50 0x80 1 2 3 4
    until i2ctransfer -f -y 1 w1@0x50 0x80 r4 2> /dev/null | grep 0x; do :; done`,
  i2cdump: 'i2cdump -f -y -r 0x80-0x8f 1 0x50 b',
  'spi-nor': `
    dd if=/dev/urandom of=/run/data bs=4096 count=2 2> /dev/null
    dd if=/run/data of=/dev/mtdblock0 bs=4096 seek=3 conv=fsync 2> /dev/null
    echo 3 > /proc/sys/vm/drop_caches
    dd if=/dev/mtd0 bs=4096 skip=3 count=2 2> /dev/null | cmp - /run/data && echo same
    dd if=/dev/mtd0 bs=4096 skip=5 count=1 2> /dev/null | tr -d '\\377' | wc -c`,
  spidev: `
    echo spi0.0 > /sys/bus/spi/drivers/spi-nor/unbind
    echo spidev > /sys/bus/spi/devices/spi0.0/driver_override
    echo spi0.0 > /sys/bus/spi/drivers/spidev/bind
    printf '\\237\\0\\0\\0' | spi-pipe -d /dev/spidev0.0 -b 4 -n 1 | od -An -tx1`,
  hwclock: `
    export TZ=UTC
    hwclock --utc --noadjfile --set --date '2027-03-04 05:06:07'
    hwclock --utc --noadjfile --get`,
  alarm: `
    $PROGRAMS/rtc-alarm
    grep -c ' [1-9][0-9]* .* ds3231$' /proc/interrupts`,
  expander: `
    $PROGRAMS/gpio-line 1-0020 3 get
    $PROGRAMS/gpio-line 1-0020 3 edge
    $PROGRAMS/gpio-line 1-0020 3 get
    grep -c ' [1-9][0-9]* .* 1-0020$' /proc/interrupts`,
  lines: `
    chip=$(basename $(dirname /sys/bus/virtio/drivers/gpio_virtio/virtio*/uevent))
    $PROGRAMS/gpio-line $chip 2 edge
    $PROGRAMS/gpio-line $chip 3 set 0`,
};

type Step = keyof typeof STEPS;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-guest-board-'));
  if (NO_TOOLS !== undefined) return;
  for (const name of ['gpio-line', 'rtc-alarm'])
    execFileSync('gcc', ['-Wall', '-o', join(folder, name), `test/guest/programs/${name}.c`]);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** One guest does it all: what it printed in each step. */
async function runSteps(overlays: readonly string[], parts: string) {
  const script = Object.entries(STEPS).map(
    ([step, commands]) => `echo "== ${step}"; ( set -e; ${commands}\n)`,
  );
  const printed = new Map<string, string[]>();
  const driven: boolean[] = [];
  let lines: string[] = [];
  let step = '';
  let board: ServedBoard | undefined;
  /** What happens to the board's parts when the guest says that it waits for it. */
  const happens: Record<string, () => void> = {
    'expander waiting': () => board?.part(`${parts}/i2c/gpio@20`).set('inputs', 0xf7),
    'alarm armed': () => board?.part(`${parts}/i2c/rtc@68`).set('time', '2027-03-04T12:00:29Z'),
    'lines waiting': () => board?.line('/gpio', 'button').set(false),
  };
  const result = await runGuest('dts/demo.dts', {
    overlays,
    kernel: UML_KERNEL,
    command: ['sh', '-c', `PROGRAMS=${folder}\n${script.join('\n')}`],
    deadlineMs: 200_000,
    onBoard: (served) => {
      board = served;
      served.part(`${parts}/i2c/temp@48`).set('temperature', 31.5);
      served.line('&gpio', 3).watch((high) => driven.push(high));
    },
    output: (bytes) => {
      const line = Buffer.from(bytes).toString('latin1').trimEnd();
      if (line.startsWith('== ')) {
        step = line.slice(3);
        lines = [];
        printed.set(step, lines);
        return;
      }
      lines.push(line);
      happens[`${step} ${line}`]?.();
    },
    onWarning: (sentence) => lines.push(sentence),
  });
  return { result, driven, of: (name: Step) => printed.get(name)?.join('\n') };
}

describe.skipIf(NO_TOOLS !== undefined).each(BOARDS)(
  'a real Linux on the demo board, $name',
  ({ overlays, parts }) => {
    let ran: Awaited<ReturnType<typeof runSteps>>;
    beforeAll(async () => {
      ran = await runSteps(overlays, parts);
    });

    it('does it all, and powers off', () => {
      expect(ran.result).toEqual({ exitCode: 0, killed: false });
    });

    it("binds its own drivers to what the board's tree says", () => {
      expect(ran.of('drivers')?.split('\n').sort()).toEqual([
        '1-0020 pca953x',
        '1-0048 lm75',
        '1-0050 at24',
        '1-0068 rtc-ds1307',
        '2-0049 tmp102',
        '2-004a lm75',
        '2-0051 at24',
        'spi0.0 spi-nor',
        'spi1.0 spi-nor',
      ]);
    });

    it('reads by lm75 what the sensor feels', () => {
      expect(ran.of('lm75')).toBe('31500');
    });

    it('scans the bus with stock i2cdetect: every part is there, and in the hands of its driver', () => {
      const rows = ran.of('i2cdetect')?.split('\n').slice(1) ?? [];
      const found = rows.flatMap((row) =>
        [...row.slice(4).matchAll(/(\S\S| {2}) /g)].flatMap(([, cell], column) =>
          cell === 'UU' ? [Number.parseInt(row, 16) + column] : [],
        ),
      );
      expect(rows.join('\n')).not.toMatch(/ [0-9a-f]{2} /);
      expect(found).toEqual([0x20, 0x48, 0x50, 0x68]);
    });

    it('writes a file to the EEPROM by at24 and reads it back', () => {
      expect(ran.of('at24')).toBe('same');
    });

    it('writes and reads the EEPROM with stock i2ctransfer and i2cdump', () => {
      expect(ran.of('i2ctransfer')).toBe('0x01 0x02 0x03 0x04');
      expect(ran.of('i2cdump')).toMatch(/^80: 01 02 03 04( ff){12} /m);
    });

    it('erases, writes and reads /dev/mtd0 by spi-nor', () => {
      expect(ran.of('spi-nor')).toBe('same\n0');
    });

    it('reads the flash id with stock spi-pipe over spidev', () => {
      // Winbond data sheet, 8.1.1: EFh, 4014h; the first byte comes while the command is sent.
      expect(ran.of('spidev')?.trim()).toBe('ff ef 40 14');
    });

    it('sets and reads the clock with stock hwclock', () => {
      expect(ran.of('hwclock')).toMatch(/^2027-03-04 05:06:(0[789]|1\d)/);
    });

    it("is woken by the clock's alarm, through its interrupt", () => {
      expect(ran.of('alarm')).toBe('armed\nalarm\n1');
    });

    it('hears of a change at the expander by its interrupt', () => {
      expect(ran.of('expander')).toBe('1\nwaiting\nfalling\n0\n1');
    });

    it("hears of an edge on a line of the board's own, and drives another for a while", () => {
      expect(ran.of('lines')).toBe('waiting\nfalling');
      expect(ran.driven).toEqual([false, true]);
    });
  },
);

describe.skipIf(NO_UML !== undefined)('dtbus guest', () => {
  const guest = (command: readonly string[], deadlineMs: number) =>
    runGuest('dts/demo.dts', {
      kernel: UML_KERNEL,
      command,
      deadlineMs,
      output: () => {},
      onWarning: () => {},
    });

  it('hands back the exit code of the command', async () => {
    expect(await guest(['sh', '-c', 'exit 42'], 200_000)).toEqual({ exitCode: 42, killed: false });
  });

  it('is killed at its deadline', async () => {
    expect(await guest(['sleep', '60'], 1500)).toEqual({ exitCode: undefined, killed: true });
  });
});

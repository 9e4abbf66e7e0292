import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { ServedBoard } from '../../src/board/served.ts';
import { type GuestOptions, runGuest } from '../../src/guest/index.ts';
import { bootGuest, NO_UML, UML_KERNEL } from './boot.ts';

const BOARD = fileURLToPath(new URL('../../dts/demo.dts', import.meta.url));
const SECONDS = 3600;

it.skipIf(NO_UML !== undefined)(
  'a Linux in virtual time works on a bus that is served with in-band notifications, and sleeps for nothing',
  { timeout: 240_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-virtual-'));
    const board = await ServedBoard.open(BOARD, {
      socketDirectory: folder,
      inBand: true,
      onWarning: () => {},
    });
    try {
      const guest = await bootGuest({
        commands: `for i in 1 2 3; do i2cget -y 0 0x48 0 w; cut -d. -f1 /proc/uptime; sleep ${SECONDS}; done`,
        devices: [{ socket: join(folder, 'i2c1.sock'), deviceId: 34 }],
        kernelArguments: ['time-travel=inf-cpu'],
        deadlineMs: 200_000,
      });
      expect(guest.exitCode, guest.output).toBe(0);
      // Not a second more than was slept: transfers take no virtual time, however busy this machine is.
      const lines = guest.output.split('\n').filter((line) => /^\w+$/.test(line));
      expect(lines).toEqual(['0x0019', '0', '0x0019', `${SECONDS}`, '0x0019', `${2 * SECONDS}`]);
    } finally {
      await board.close();
      rmSync(folder, { recursive: true });
    }
  },
);

/** A clock with an alarm, a sensor whose driver measures every 2 s, and one that a driver reads each time. */
const CLOCKS = `/dts-v1/; / {
  aliases { i2c0 = &bus; };
  bus: i2c {
    compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    clock-frequency = <100000>;
    sht: sensor@44 { compatible = "sensirion,sht4x"; reg = <0x44>; };
    temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
    rtc: rtc@68 { compatible = "maxim,ds3231"; reg = <0x68>; interrupts-extended = <&gpio 0 8>; };
  };
  gpio: gpio {
    compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
    interrupt-controller; #interrupt-cells = <2>; ngpios = <1>;
  };
};`;

const HOUR = `
temperature() { cat /sys/bus/i2c/devices/0-00$1/hwmon/hwmon*/temp1_input; }
hwclock -r --utc
temperature 44; temperature 48
sleep 1
temperature 44; temperature 48
sleep 2
temperature 44
echo +1800 > /sys/class/rtc/rtc0/wakealarm
sleep 3597
hwclock -r --utc
cat /sys/class/rtc/rtc0/wakealarm
echo "alarms: $(awk '/ds3231/ { print $2 }' /proc/interrupts)"
temperature 48
`;

it.skipIf(NO_UML !== undefined)(
  'the board and the guest have one clock: an hour of sleep is an hour of its RTC, its sensors and its alarms, also beside processes that hog the machine',
  { timeout: 240_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dtbus-hour-'));
    const hogs = [0, 1].map(() => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
    try {
      const [tree, script] = [join(folder, 'clocks.dts'), join(folder, 'hour.sh')];
      writeFileSync(tree, CLOCKS);
      writeFileSync(script, HOUR);
      const output: string[] = [];
      const options: GuestOptions = {
        kernel: UML_KERNEL,
        command: ['sh', script],
        deadlineMs: 200_000,
        virtualTime: true,
        onWarning: (sentence) => output.push(sentence),
        output: (bytes) => output.push(Buffer.from(bytes).toString()),
        onBoard: (board) => {
          // 0.01 degrees a second.
          const day: [number, number][] = [
            [0, 20],
            [3600, 56],
          ];
          board.part('&temp').follow('temperature', day, { everyMs: 60_000 });
          const begin: [number, number][] = [
            [0, 20],
            [10, 20.1],
          ];
          board.part('&sht').follow('temperature', begin, { everyMs: 1000 });
        },
      };
      const { exitCode } = await runGuest(tree, options);
      const text = output.join('');
      expect(exitCode, text).toBe(0);
      expect(
        text
          .replace(/(:\d\d)\.\d+\+00:00/g, '$1')
          .trim()
          .split('\n'),
      ).toEqual([
        '2000-01-01 00:00:00', // hwclock waits for the next second, by an interrupt
        '20008', // in steps of its 16 bits
        '20000', // in steps of half a degree
        '20008', // its driver measures every two seconds, and no sooner
        '20000',
        '20040',
        '2000-01-01 01:00:01', // 3600 s of sleep, and up to the next second
        'alarms: 3',
        '56000',
      ]);
    } finally {
      for (const hog of hogs) hog.kill('SIGKILL');
      rmSync(folder, { recursive: true });
    }
  },
);

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { bootGuest, NO_UML, program } from '../../guest/boot.ts';

const PLUG = fileURLToPath(new URL('../in-guest/plug.mjs', import.meta.url));

/** What a foreign program or Linux's driver does with an emulated adapter that is plugged into the guest. */
export interface Judge {
  readonly name: string;
  /** The folder of the adapter under `hosts/`. */
  readonly folder: string;
  /** Shell commands; see `in-guest/emulators.mjs` for the parts. They end with 0 when all was done. */
  readonly script: string;
  /** Why it cannot run; undefined where it can. */
  readonly missing: string | undefined;
  /** Programs with short deadlines fail on a busy machine: then a new adapter is plugged in. */
  readonly tries?: number;
  check(output: string): void;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const mark = (index: number) => `judge ${index} ended with`;

/** Shell words that wait until the kernel knows a device of this product. */
export function awaitProduct(productId: string): string {
  return `for i in $(seq 100); do
    grep -q ${productId} /sys/bus/usb/devices/*/idProduct 2>/dev/null && break
    busybox usleep 50000
  done`;
}

/** Shell words that wait for the I2C bus whose name holds `name`, and put its number into $bus. */
export function awaitBus(name: string): string {
  return `for i in $(seq 100); do
    bus=$(grep -l "${name}" /sys/bus/i2c/devices/i2c-*/name 2>/dev/null) && break
    busybox usleep 50000
  done
  bus=$(basename $(dirname $bus)); bus=\${bus#i2c-}
  echo "name $(cat /sys/bus/i2c/devices/i2c-$bus/name)"`;
}

/** Why Debian's pyftdi cannot run; undefined where it can. */
export function noPyftdi(): string | undefined {
  const found = existsSync('/usr/bin/python3') && existsSync('/usr/lib/python3/dist-packages/pyftdi');
  return found ? undefined : 'python3-ftdi is not installed';
}

/** Of a judge, in real and in virtual time. */
const LIMIT_S = { real: 60, virtual: 900 } as const;

/**
 * All judges in one boot, one after another. @param time in virtual time who waits takes no time: Linux's driver hid-ft260
 * waits for minutes when it binds, as the kernel's hwmon drivers then read from all their addresses, and HID gives a driver no
 * report until it is bound. flashrom, which counts time as it passes, cannot bear it.
 */
export function describeJudges(judges: readonly Judge[], time: keyof typeof LIMIT_S = 'real'): void {
  const missing = judges.map((judge) => NO_UML ?? program('node') ?? judge.missing);
  let sections: string[] = [];

  beforeAll(async () => {
    if (missing.every((reason) => reason !== undefined)) return;
    const commands = judges.map(({ folder, script, tries = 1 }, i) => {
      if (missing[i] !== undefined) return `echo "${mark(i)} 99"`;
      const plug = `timeout ${LIMIT_S[time]} node ${PLUG} ${folder} ${quoted(script)} 2>&1`;
      return `for try in $(seq ${tries}); do ${plug}; code=$?; [ $code = 0 ] && break; done; echo "${mark(i)} $code"`;
    });
    const { output } = await bootGuest({
      commands: commands.join('\n'),
      kernelArguments: ['seccomp=on', 'loglevel=2', ...(time === 'virtual' ? ['time-travel=inf-cpu'] : [])],
      deadlineMs: 280_000,
    });
    sections = output.split(/(?<=^judge \d+ ended with \d+)$/m);
  }, 300_000);

  judges.forEach(({ name, check }, i) => {
    describe(name, () => {
      it.skipIf(missing[i] !== undefined)('is content with it', () => {
        const section = sections.find((each) => each.includes(mark(i))) ?? sections.join('');
        expect(section).toContain(`${mark(i)} 0`);
        check(section);
      });
    });
  });
}

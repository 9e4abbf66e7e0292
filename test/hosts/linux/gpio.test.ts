import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootGuest, NO_UML, program } from '../../guest/boot.ts';

const missing = NO_UML ?? program('node');
const STEPS = fileURLToPath(new URL('../in-guest/linux-gpio.mjs', import.meta.url));

const BOARD = `/dts-v1/; / {
  hosts { own: own { compatible = "dtbus,linux-gpio"; port = "bank"; dtbus,lines = "BUTTON", "0", "2", "3";
    button { pins = "BUTTON"; bias-pull-up; }; }; };
  gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; dtbus,host = <&own>; };
};`;

/** A chip of gpio-sim, eight lines: BUTTON is line 1, and a driver of the kernel's holds line 3. */
const script = (board: string): string => `
  mount -t configfs none /sys/kernel/config
  sim=/sys/kernel/config/gpio-sim/sim
  mkdir -p $sim/bank0/line1 $sim/bank0/line3/hog
  echo 8 > $sim/bank0/num_lines
  echo bank > $sim/bank0/label
  echo BUTTON > $sim/bank0/line1/name
  echo hogger > $sim/bank0/line3/hog/name
  echo output-high > $sim/bank0/line3/hog/direction
  echo 1 > $sim/live
  chip=$(cat $sim/bank0/chip_name)
  node ${STEPS} /sys/devices/platform/$(cat $sim/dev_name)/$chip ${board} $chip 2>&1
`;

describe.skipIf(missing !== undefined)(
  "a GPIO chip of the machine's own, in a real Linux with gpio-sim",
  () => {
    let folder: string;
    let output = '';
    /** What came of a step: what sysfs says of the simulated pins is gpio-sim's own word. */
    const of = (step: string): unknown => {
      const line = output.split('\n').find((each) => each.startsWith(`${step} -> `));
      return line === undefined ? undefined : JSON.parse(line.slice(step.length + 4));
    };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'dtbus-linux-gpio-'));
      const board = join(folder, 'board.dts');
      writeFileSync(board, BOARD);
      const ran = await bootGuest({
        commands: script(board),
        kernelArguments: ['seccomp=on'],
        deadlineMs: 200_000,
      });
      output = ran.output;
      expect(ran.exitCode, output).toBe(0);
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it('reads what its pins are pulled to, and drives them until they are let go', () => {
      expect(of('unavailable')).toBe('done');
      expect(of('pulled')).toEqual([true, false]);
      expect(of('driven')).toEqual([1, 0, 1, true]);
      // Driven high against a pull-down, then pulled down.
      expect(of('released')).toEqual([1, 0, false]);
      expect(of('closed')).toMatch(/^ENODEV: .* is not open$/);
    });

    it('tells of edges in their order, with the time of the kernel', () => {
      expect(of('edges')).toEqual([
        [0, true, true],
        [0, false, true],
        [0, true, true],
      ]);
    });

    it('has bias, polarity and debouncing by line', () => {
      // BUTTON pulled up, line 5 pulled down.
      expect(of('biased')).toEqual([true, 1, false, 0]);
      expect(of('active low')).toEqual([0, 1]);
      expect(of('debounced')).toEqual([[0, false]]);
    });

    it('says who holds a line, and what there is in the place of what is not found', () => {
      const held =
        "EBUSY: line 3 of Linux GPIO chip /dev/gpiochip0 is held by 'hogger': end that program, or unbind that driver";
      expect(of('hogged')).toBe(held);
      expect(of('beyond')).toBe('EINVAL: invalid line 8: Linux GPIO chip /dev/gpiochip0 has 8 lines');
      expect(of('not there')).toBe('ENODEV: not found: /dev/gpiochip77; GPIO chips: gpiochip0 (bank)');
      expect(of('no label')).toBe("ENODEV: not found: GPIO chip 'nothing'; GPIO chips: gpiochip0 (bank)");
      expect(of('no line')).toBe(
        "ENODEV: not found: line 'RESET' of /dev/gpiochip0; it has lines 0 to 7: BUTTON",
      );
      expect(of('board held')).toMatch(/^EINVAL: /);
      expect(of('warnings')).toEqual([`/gpio: line 3: ${held}`]);
    });

    it('carries the lines of a board', () => {
      expect(of('board names')).toEqual(['BUTTON', '', '', '']);
      expect(of('board reads')).toEqual([true, false]);
      expect(of('board drives')).toEqual([1, 0]);
      expect(of('board waits')).toEqual([true, false, true]);
      expect(of('let go')).toBe(0);
    });
  },
);

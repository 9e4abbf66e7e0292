import { describe, expect, it } from 'vitest';
import { runGuest } from '../../src/board/index.ts';
import { NO_UML, program, UML_KERNEL } from './boot.ts';

/** Runs a shell script in a guest on the demo board. @returns what it printed */
async function inGuest(script: string): Promise<string> {
  let output = '';
  const warnings: string[] = [];
  const { exitCode, killed } = await runGuest('dts/demo.dts', {
    kernel: UML_KERNEL,
    command: ['sh', '-e', '-c', script],
    deadlineMs: 25_000,
    output: (bytes) => {
      output += Buffer.from(bytes).toString('latin1');
    },
    onWarning: (sentence) => warnings.push(sentence),
  });
  expect({ killed, exitCode, warnings, output }).toMatchObject({ killed: false, exitCode: 0, warnings: [] });
  return output;
}

/** The two buses of each kind on the demo board: simulated, and on the Bus Pirate behind a pty. */
describe.skipIf(NO_UML !== undefined)('a real Linux on the demo board', () => {
  it("binds its own drivers to what the board's tree says, and reads what the parts sense", async () => {
    const output = await inGuest(`
      for h in /sys/class/hwmon/*; do echo "$(cat $h/name) $(basename $(readlink $h/device)) $(cat $h/temp1_input)"; done`);
    // Parts wake up at 25 degrees.
    expect(output.trim().split('\n').sort()).toEqual([
      'lm75 1-0048 25000',
      'tmp102 2-0049 25000',
      'tmp75 2-004a 25000',
    ]);
  });

  it.each(['1-0050', '2-0051'])('writes a file to the EEPROM %s by at24 and reads it back', async (part) => {
    const output = await inGuest(`
      cd /sys/bus/i2c/devices/${part}
      [ $(basename $(readlink driver)) = at24 ]
      head -c 100 /etc/passwd > /run/text
      dd if=/run/text of=eeprom bs=100 seek=0 conv=notrunc 2> /dev/null
      dd if=eeprom bs=100 count=1 2> /dev/null | cmp - /run/text && echo same`);
    expect(output).toBe('same\n');
  });

  it.each([0, 1])('erases, writes and reads /dev/mtd%i by spi-nor', async (index) => {
    const output = await inGuest(`
      dd if=/dev/urandom of=/run/data bs=4096 count=2 2> /dev/null
      dd if=/run/data of=/dev/mtdblock${index} bs=4096 seek=3 conv=fsync 2> /dev/null
      echo 3 > /proc/sys/vm/drop_caches
      dd if=/dev/mtd${index} bs=4096 skip=3 count=2 2> /dev/null | cmp - /run/data && echo same
      dd if=/dev/mtd${index} bs=4096 skip=5 count=1 2> /dev/null | tr -d '\\377' | wc -c`);
    expect(output).toBe('same\n0\n');
  });

  it.skipIf(program('i2cdetect') !== undefined)(
    'is scanned by stock i2cdetect, both of its I2C buses',
    async () => {
      const output = await inGuest('i2cdetect -y -r 1 0x48 0x57; i2cdetect -y -r 2 0x48 0x57');
      expect(output.match(/\b(?:[0-9a-f]{2}|UU)\b(?=[ \n])/g)?.filter((cell) => cell === 'UU')).toHaveLength(
        5,
      );
    },
  );

  it('hands back the exit code of the command', async () => {
    const result = await runGuest('dts/demo.dts', {
      kernel: UML_KERNEL,
      command: ['sh', '-c', 'exit 42'],
      deadlineMs: 25_000,
      output: () => {},
      onWarning: () => {},
    });
    expect(result).toEqual({ exitCode: 42, killed: false });
  });

  it('is killed at its deadline', async () => {
    const result = await runGuest('dts/demo.dts', {
      kernel: UML_KERNEL,
      command: ['sleep', '60'],
      deadlineMs: 1500,
      output: () => {},
      onWarning: () => {},
    });
    expect(result).toEqual({ exitCode: undefined, killed: true });
  });
});

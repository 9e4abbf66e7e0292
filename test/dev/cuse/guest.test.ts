import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bootGuest, NO_UML, program, UML_MODULES } from '../../guest/boot.ts';

/** The programs that were never told of us, in a real Linux, on nodes made by CUSE. */
const here = (name: string) => fileURLToPath(new URL(`in-guest/${name}`, import.meta.url));
const WITH_NODES = `node ${here('with-nodes.mjs')} ${here('board.dts')}`;

const missing = NO_UML ?? ['i2cdetect', 'spi-config', 'flashrom', 'od'].map(program).find(Boolean);
if (missing !== undefined) console.warn(`CUSE nodes are not tried in a guest: ${missing}`);

/** What a shell script prints that runs while the board's nodes are there. */
async function withNodes(script: string, deadlineMs = 60_000): Promise<string> {
  const quoted = script.replaceAll("'", "'\\''");
  const { output, exitCode } = await bootGuest({ commands: `${WITH_NODES} '${quoted}' 2>&1`, deadlineMs });
  expect(exitCode, output).toBe(0);
  return output.replaceAll('\r', '');
}

describe.skipIf(missing !== undefined)('programs on CUSE nodes', { timeout: 90_000 }, () => {
  it('i2c-tools scan, read, write and dump; the nodes have the permissions asked for and go away', async () => {
    const output = await withNodes(`
      stat -c '%n %a %g' /dev/i2c-1 /dev/spidev0.0
      i2cdetect -y 1 0x40 0x5f
      settle() { busybox usleep 20000; }
      i2cset -y 1 0x50 4 0x99; settle
      i2ctransfer -y 1 w5@0x50 0 1 5+; settle
      i2ctransfer -y 1 w1@0x50 4 r4
      i2cset -y -r 1 0x48 2 0x4b
      i2cdump -y -r 0-0xf 1 0x50 b | tail -1
      i2cget -y 1 0x21 0; echo "code $?"
      i2cget -y 1 0x48 0 w`);
    expect(output).toContain('/dev/i2c-1 640 20\n/dev/spidev0.0 640 20\n');
    expect(output).toContain('40: -- -- -- -- -- -- -- -- 48 -- -- -- -- -- -- -- \n50: 50 --');
    expect(output).toContain('Value 0x4b written, readback matched');
    expect(output).toContain('0x99 0xff 0xff 0xff\n');
    expect(output).toContain('00: 01 05 06 07 99 ff ff ff ff ff ff ff ff ff ff ff    ');
    expect(output).toContain('Error: Read failed\ncode 2');
    // 25 degrees in the LM75's register: 0x1900, of which the low byte comes last.
    expect(output).toContain('0x0019\n');
    expect(output).toContain('after: /dev/i2c-1 gone\nafter: /dev/spidev0.0 gone');
  });

  it('python3-smbus', async () => {
    const output = await withNodes(`/usr/bin/python3 ${here('smbus_calls.py')}`);
    expect(output).toContain('[1, 2, 3, 4]\n0xab\n0x1234\n2\n6\n');
  });

  it('spi-tools, and spidev’s limits and errors', async () => {
    const output = await withNodes(`
      spi-config -d /dev/spidev0.0 -m 3 -s 1000000; spi-config -d /dev/spidev0.0 -q
      printf '\\237\\0\\0\\0' | spi-pipe -d /dev/spidev0.0 -b 4 -n 1 | od -An -tx1
      /usr/bin/python3 ${here('spidev_calls.py')}`);
    // The clock is forgotten when the last one closes.
    expect(output).toContain('/dev/spidev0.0: mode=3, lsb=0, bits=8, speed=50000000, spiready=0\n');
    expect(output).toContain(' ff ef 40 14\n');
    expect(output).toContain('60 errno 90\n4096 errno 90\nerrno 14 errno 14\nerrno 25\n');
  });

  it('flashrom identifies the flash, and what it writes it reads again', async () => {
    const output = await withNodes(
      `cd /run; head -c 1048576 /dev/zero | tr '\\0' '\\377' > blank
      head -c 8192 /dev/urandom > new; tail -c +8193 blank >> new
      flashrom -p linux_spi:dev=/dev/spidev0.0,spispeed=50000 -w new 2>&1 | grep -E 'Found|VERIFIED'
      flashrom -p linux_spi:dev=/dev/spidev0.0,spispeed=50000 -r read > /dev/null && cmp new read && echo same`,
    );
    expect(output).toContain('Found Winbond flash chip "W25Q80.V" (1024 kB, SPI)');
    expect(output).toContain('VERIFIED');
    expect(output).toContain('same\n');
  });

  it('a bus number that is taken is left alone, and another one said', async () => {
    const { output } = await bootGuest({
      commands: `busybox insmod ${UML_MODULES}/i2c-stub.ko chip_addr=0x50
        ln -s /dev/null /dev/i2c-1
        ${WITH_NODES} 'i2cget -y 2 0x48' 2>&1; ls /dev/i2c-0 /dev/i2c-1`,
      deadlineMs: 60_000,
    });
    expect(output.replaceAll('\r', '')).toContain('/dev/i2c-1 is /dev/i2c-2\n');
    expect(output).toMatch(/0x19\s/);
    expect(output).toMatch(/\/dev\/i2c-0\s+\/dev\/i2c-1/);
  });

  it('a crash of the process leaves no node and no program hanging', async () => {
    const { output } = await bootGuest({
      commands: `node ${here('crash.mjs')} > /run/log 2>&1; echo "node ended with $?"
        grep -E 'mistake$' /run/log; busybox sleep 1; grep program /run/log; ls /dev/i2c-7 2>&1`,
      deadlineMs: 60_000,
    });
    expect(output).toContain('node ended with 1');
    expect(output).toContain('Error: a mistake');
    expect(output).toMatch(/the program ended with [12]/);
    expect(output).toContain("cannot access '/dev/i2c-7'");
  });
});

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootGuest, NO_UML, program, UML_MODULES } from '../../guest/boot.ts';

/** The programs that were never told of us, in a real Linux, on nodes made by CUSE. */
const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const inGuest = (name: string) => here(`in-guest/${name}`);
const BOARD = inGuest('board.dts');

const PROGRAMS = ['i2cdetect', 'spi-config', 'flashrom', 'avrdude', 'od'];
const missing = NO_UML ?? PROGRAMS.map(program).find(Boolean);
if (missing !== undefined) console.warn(`CUSE nodes are not tried in a guest: ${missing}`);

/** The folder with the real packages, built once; the sentence that says why there is none. */
const native = missing === undefined ? buildNative() : { folder: undefined, reason: missing };
if (native.folder === undefined) console.warn(`not tried on CUSE nodes: ${native.reason}`);

function buildNative(): { readonly folder: string | undefined; readonly reason: string } {
  const { stdout, stderr } = spawnSync(process.execPath, [here('native/install.mjs')], { encoding: 'utf8' });
  return { folder: stdout.trim() || undefined, reason: stderr.trim() };
}

/** What shell scripts print, each under its name, that run one after the other while the nodes are there. */
async function withNodes<Name extends string>(
  way: 'board' | 'nodes',
  scripts: Record<Name, string>,
): Promise<Record<Name, string>> {
  const sections = Object.entries<string>(scripts).map(([name, script]) => `echo "=== ${name}"\n${script}\n`);
  const quoted = `${sections.join('')}echo "=== end"`.replaceAll("'", "'\\''");
  const { output, exitCode } = await bootGuest({
    commands: `node ${inGuest('with-nodes.mjs')} ${way} ${BOARD} '${quoted}' 2>&1`,
    deadlineMs: 200_000,
  });
  expect(exitCode, output).toBe(0);
  const parts = output.replaceAll('\r', '').split(/^=== (\w+)\n/m);
  const outputs = Object.fromEntries(
    parts.flatMap((part, i) => (i % 2 === 1 ? [[part, parts[i + 1] ?? '']] : [])),
  );
  return outputs as Record<Name, string>;
}

const I2C_TOOLS = `
  stat -c '%n %a %g' /dev/i2c-1 /dev/spidev0.0
  i2cdetect -y 1 0x40 0x5f
  settle() { busybox usleep 20000; }
  i2cset -y 1 0x50 4 0x99; settle
  i2ctransfer -y 1 w5@0x50 0 1 5+; settle
  i2ctransfer -y 1 w1@0x50 4 r4
  i2cset -y -r 1 0x48 2 0x4b
  i2cdump -y -r 0-0xf 1 0x50 b | tail -1
  i2cget -y 1 0x21 0; echo "code $?"
  i2cget -y 1 0x48 0 w`;

function checkI2cTools(output: string, end: string): void {
  expect(output).toContain('/dev/i2c-1 640 20\n/dev/spidev0.0 640 20\n');
  expect(output).toContain('40: -- -- -- -- -- -- -- -- 48 -- -- -- -- -- -- -- \n50: 50 --');
  expect(output).toContain('Value 0x4b written, readback matched');
  expect(output).toContain('0x99 0xff 0xff 0xff\n');
  expect(output).toContain('00: 01 05 06 07 99 ff ff ff ff ff ff ff ff ff ff ff    ');
  expect(output).toContain('Error: Read failed\ncode 2');
  // 25 degrees in the LM75's register: 0x1900, of which the low byte comes last.
  expect(output).toContain('0x0019\n');
  for (const node of ['i2c-1', 'spidev0.0', 'spidev0.1']) expect(end).toContain(`after: /dev/${node} gone\n`);
}

const FLASHROM = `
  cd /run; head -c 1048576 /dev/zero | tr '\\0' '\\377' > blank
  head -c 8192 /dev/urandom > new; tail -c +8193 blank >> new
  flashrom -p linux_spi:dev=/dev/spidev0.0,spispeed=50000 -w new 2>&1 | grep -E 'Found|VERIFIED'
  flashrom -p linux_spi:dev=/dev/spidev0.0,spispeed=50000 -r read > /dev/null && cmp new read && echo same`;

describe.skipIf(missing !== undefined)('programs on nodes that one thread serves', () => {
  let output: Record<'i2c' | 'python' | 'spi' | 'flashrom' | 'avrdude' | 'native' | 'mixed' | 'end', string>;
  beforeAll(async () => {
    output = await withNodes('board', {
      i2c: I2C_TOOLS,
      python: `/usr/bin/python3 ${inGuest('smbus_calls.py')}`,
      spi: `
        spi-config -d /dev/spidev0.0 -m 3 -s 1000000; spi-config -d /dev/spidev0.0 -q
        printf '\\237\\0\\0\\0' | spi-pipe -d /dev/spidev0.0 -b 4 -n 1 | od -An -tx1
        /usr/bin/python3 ${inGuest('spidev_calls.py')}`,
      flashrom: FLASHROM,
      // The reset line is a simulated one of the kernel's; nothing hangs on it.
      avrdude: `
        mount -t configfs configfs /sys/kernel/config; cd /sys/kernel/config/gpio-sim
        mkdir sim sim/bank; echo 32 > sim/bank/num_lines; echo 1 > sim/live
        cd /run; head -c 300 /dev/urandom > image
        avrdude -x disable_no_cs -c linuxspi -P /dev/spidev0.1:/dev/gpiochip0 -p m328p \
          -U flash:w:image:r 2>&1 | grep -E 'signature|verified'`,
      native: native.folder === undefined ? '' : `node ${inGuest('native.cjs')} ${native.folder}`,
      // Long enough at one node that it is waited for alone, while another one is used now and then.
      mixed: `
        /usr/bin/python3 ${inGuest('busy.py')} & busy=$!
        for i in 1 2 3 4 5 6; do spi-config -d /dev/spidev0.0 -q; done
        wait $busy; echo "busy ended with $?"; spi-config -d /dev/spidev0.0 -q`,
      end: '',
    });
  });

  it('i2c-tools scan, read, write and dump; the nodes have the permissions asked for and go away', () => {
    checkI2cTools(output.i2c, output.end);
  });

  it('python3-smbus', () => {
    expect(output.python).toBe('[1, 2, 3, 4]\n0xab\n0x1234\n2\n6\n');
  });

  it('spi-tools, and spidev’s limits and errors', () => {
    // The clock is forgotten when the last one closes.
    expect(output.spi).toContain('/dev/spidev0.0: mode=3, lsb=0, bits=8, speed=50000000, spiready=0\n');
    expect(output.spi).toContain(' ff ef 40 14\n');
    expect(output.spi).toContain('60 errno 90\n4096 errno 90\nerrno 14 errno 14\nerrno 25\n');
  });

  it('flashrom identifies the flash, and what it writes it reads again', () => {
    expect(output.flashrom).toContain('Found Winbond flash chip "W25Q80.V" (1024 kB, SPI)');
    expect(output.flashrom).toContain('VERIFIED');
    expect(output.flashrom).toContain('same\n');
  });

  it('avrdude erases, writes and verifies a microcontroller', () => {
    expect(output.avrdude).toContain('device signature = 0x1e950f (probably m328p)');
    expect(output.avrdude).toContain('300 bytes of flash verified');
  });

  it.skipIf(native.folder === undefined)('the native i2c-bus and spi-device', () => {
    expect(output.native).toBe(
      `word 25\nblock 2 77ff\nscan [ '48', '50' ]\nerror ENXIO 6 readByteSync\nid ffef4014\n`,
    );
  });

  it('a busy node keeps nobody from the others', () => {
    expect(output.mixed.match(/spidev0.0: mode=0/g)).toHaveLength(7);
    expect(output.mixed).toContain('5000 right\nbusy ended with 0\n');
  });
});

describe.skipIf(missing !== undefined)('programs on nodes that have a thread each', () => {
  let output: Record<'i2c' | 'flashrom' | 'end', string>;
  beforeAll(async () => {
    output = await withNodes('nodes', { i2c: I2C_TOOLS, flashrom: FLASHROM, end: '' });
  });

  it('i2c-tools', () => checkI2cTools(output.i2c, output.end));

  it('flashrom', () => {
    expect(output.flashrom).toContain('VERIFIED');
    expect(output.flashrom).toContain('same\n');
  });
});

describe.skipIf(native.folder === undefined)('the real i2c-bus and spi-device', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-record-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('do call by call what is written down of them, by which the drop-ins are tried', async () => {
    const bundle = await rolldown({
      input: here('../dropin/record.ts'),
      platform: 'node',
      external: /^[^./]/,
    });
    const { output: files } = await bundle.generate({ format: 'esm', codeSplitting: false });
    const script = join(folder, 'record.mjs');
    // Away from the package, its own compiled files have no short name, and its dependencies none at all.
    const code = files[0].code
      .replaceAll('#built/', here('../../../dist/'))
      .replaceAll(/createRequire\(import\.meta\.url\)/g, `createRequire(${JSON.stringify(import.meta.url)})`);
    writeFileSync(script, code);
    const { output, exitCode } = await bootGuest({
      commands: `mkdir /run/out; node ${script} ${native.folder} /run/out || exit 1
        for name in i2c-bus spi-device; do echo "=== $name"; cat /run/out/$name.jsonl; done; echo "=== end"`,
      deadlineMs: 200_000,
    });
    expect(exitCode, output).toBe(0);
    const [, , i2cBus, , spiDevice] = output.replaceAll('\r', '').split(/^=== (.+)\n/m);
    expect(i2cBus).toBe(readFileSync(here('../dropin/i2c-bus.jsonl'), 'utf8'));
    expect(spiDevice).toBe(readFileSync(here('../dropin/spi-device.jsonl'), 'utf8'));
  });
});

describe.skipIf(missing !== undefined)('nodes in a machine that has its own', { timeout: 400_000 }, () => {
  it.each(['board', 'nodes'])(
    'a bus number that is taken is left alone, and another one said (%s)',
    async (way) => {
      const { output } = await bootGuest({
        commands: `busybox insmod ${UML_MODULES}/i2c-stub.ko chip_addr=0x50
        ln -s /dev/null /dev/i2c-1
        node ${inGuest('with-nodes.mjs')} ${way} ${BOARD} 'i2cget -y 2 0x48' 2>&1; ls /dev/i2c-0 /dev/i2c-1`,
        deadlineMs: 200_000,
      });
      expect(output.replaceAll('\r', '')).toContain('/dev/i2c-1 is /dev/i2c-2\n');
      expect(output).toMatch(/0x19\s/);
      expect(output).toMatch(/\/dev\/i2c-0\s+\/dev\/i2c-1/);
    },
  );

  it('a crash of the process, or its murder, leaves no node and no program hanging', async () => {
    const cases = ['board', 'nodes'].flatMap((way) => ['throw', 'kill'].map((end) => `${way} ${end}`));
    const { output } = await bootGuest({
      commands: cases
        .map(
          (which) => `node ${inGuest('crash.mjs')} ${which} ${BOARD} > /run/log 2>&1
            echo "${which}: node ended with $?"; grep -E 'mistake$' /run/log
            for i in 1 2 3 4 5 6 7 8 9 10; do grep -q program /run/log && break; busybox usleep 200000; done
            grep program /run/log; ls /dev/i2c-1 2>&1`,
        )
        .join('\n'),
      deadlineMs: 200_000,
    });
    const nobody = "the program ended with 2\nls: cannot access '/dev/i2c-1': No such file or directory\n";
    for (const way of ['board', 'nodes']) {
      expect(output).toContain(`${way} throw: node ended with 1\nError: a mistake\n${nobody}`);
      expect(output).toContain(`${way} kill: node ended with 137\n${nobody}`);
    }
  });
});

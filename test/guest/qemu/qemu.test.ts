import { beforeAll, describe, expect, it } from 'vitest';
import { type GuestResult, runGuest } from '../../../src/guest/index.ts';
import { NO_QEMU, program, QEMU_KERNEL } from '../boot.ts';

/** What runs in the guest, by name. All of it in one boot, which takes seconds without KVM. */
const COMMANDS = {
  scan: 'i2cdetect -y 1; i2cdetect -y 2 | grep ^40:',
  sensor: 'cat /sys/bus/i2c/devices/1-0048/hwmon/hwmon*/temp1_input',
  // 64 bytes by Linux's own driver, then the same without it: the part is not busy any more.
  eeprom: `awk 'BEGIN { for (i = 0; i < 64; i++) printf "%c", 64 + i }' > /run/text
    dd if=/run/text of=/sys/bus/i2c/devices/1-0050/eeprom bs=64 conv=notrunc 2> /dev/null
    echo 0x50 > /sys/bus/i2c/devices/i2c-1/delete_device`,
  dump: 'i2cdump -y -r 0x00-0x1f 1 0x50 b',
  read64: 'i2ctransfer -y 1 w1@0x50 0x00 r64',
  write: 'i2ctransfer -y 1 w9@0x50 0x08 1 2 3 4 5 6 7 8',
  twoMessages: 'i2ctransfer -y 1 w1@0x50 0x06 r12',
  nobody: 'i2ctransfer -y 1 w1@0x33 0x00',
  interrupts: 'grep virtio /proc/interrupts',
  buses: 'i2cdetect -l | sort',
  spi: `for bus in /sys/class/spi_master/*; do
      [ -e $bus ] && echo $(basename $bus) $(basename $(readlink -f $bus/device/driver))
    done; true`,
  lines: `perl -e '${readLines()}'`,
} as const;

/**
 * Names of the lines of /dev/gpiochip0, and the values of 2 and 3 (GPIO_V2_GET_LINEINFO_IOCTL, _GET_LINE_IOCTL and
 * GPIO_V2_LINE_GET_VALUES_IOCTL of Linux's include/uapi/linux/gpio.h).
 */
function readLines(): string {
  return `
    open(my $chip, "+<", "/dev/gpiochip0") or die;
    for my $line (0 .. 2) {
      my $info = pack("x64 V x188", $line);
      ioctl($chip, 0xc100b405, $info) or die $!;
      print unpack("Z32", $info), " ";
    }
    my $request = pack("V V x248 x32 Q x264 V x24 l", 2, 3, 4, 2, 0);
    ioctl($chip, 0xc250b407, $request) or die $!;
    open(my $lines, "+<&=", unpack("x588 l", $request)) or die $!;
    my $values = pack("Q Q", 0, 3);
    ioctl($lines, 0xc010b40e, $values) or die $!;
    printf "%b", unpack("Q", $values);`;
}

const missing = NO_QEMU ?? program('i2cdetect');

describe.skipIf(missing !== undefined)('dtbus guest --qemu on the demo board', () => {
  const said = new Map<string, string>();
  const warnings: string[] = [];
  let result: GuestResult;

  beforeAll(async () => {
    let output = '';
    const script = Object.entries(COMMANDS).map(([name, command]) => `echo "= ${name}"\n${command} 2>&1\n`);
    result = await runGuest('dts/demo.dts', {
      machine: 'qemu',
      kernel: QEMU_KERNEL,
      command: ['sh', '-c', `${script.join('')}\nexit 42`],
      // On TCG, on a busy machine, perhaps after a KVM that runs nothing.
      deadlineMs: 200_000,
      onBoard: (board) => board.line('/gpio', 'button').set(false),
      output: (bytes) => {
        output += Buffer.from(bytes).toString('latin1');
      },
      onWarning: (sentence) => warnings.push(sentence),
    });
    for (const part of output.split(/^= /m)) {
      const end = part.indexOf('\n');
      said.set(part.slice(0, end), part.slice(end + 1));
    }
  });
  const outputOf = (name: keyof typeof COMMANDS) => said.get(name);

  it('hands back the exit code of the command, and its output without what firmware and kernel say', () => {
    expect(result).toEqual({ exitCode: 42, killed: false });
    expect([...said.keys()]).toEqual(['', ...Object.keys(COMMANDS)]);
    expect(said.get('')).toBe('');
  });

  it('says in a sentence each what is left out and what it runs on', () => {
    const slow = warnings.filter((sentence) => sentence.endsWith('the guest runs on TCG, which is slower'));
    expect(slow.length).toBeLessThanOrEqual(1);
    // Recent versions of QEMU have a device for SPI.
    const spi = warnings.filter((sentence) =>
      /^this QEMU has no vhost-user-spi-pci: spi0, spi1 left out$/.test(sentence),
    );
    const clients = warnings.filter((sentence) =>
      /^left out of the guest: (\/\S+, )*\/\S+: a PC has no device tree$/.test(sentence),
    );
    expect(spi.length + clients.length).toBe(1);
    // Which drivers there are is the kernel's affair.
    const others = warnings.filter(
      (sentence) => !/^no driver in the guest took \/\S+: see its kernel's configuration$/.test(sentence),
    );
    expect(others).toHaveLength(slow.length + 1);
  });

  it('has the SPI buses where QEMU has a device for them', () => {
    const hasDevice = !warnings.some((sentence) => sentence.includes('no vhost-user-spi-pci'));
    expect(outputOf('spi')).toBe(hasDevice ? 'spi0 spi_virtio\nspi1 spi_virtio\n' : '');
  });

  it("gives the buses the board's numbers", () => {
    expect(outputOf('buses')).toMatch(/^i2c-1\s+i2c\s+i2c_virtio.*\ni2c-2\s+i2c\s+i2c_virtio.*\n$/);
  });

  it("is scanned by i2cdetect; clients of the board's tree have Linux's drivers", () => {
    expect(outputOf('scan')).toContain('40: -- -- -- -- -- -- -- -- UU -- -- -- -- -- -- -- ');
    expect(outputOf('scan')).toContain('50: UU -- -- -- -- -- -- -- -- -- -- -- -- -- -- -- ');
    // On the Bus Pirate; this kernel may lack a driver for the TMP102.
    expect(outputOf('scan')).toMatch(/^40: -- -- -- -- -- -- -- -- -- (49|UU) UU -- -- -- -- -- $/m);
  });

  it('reads the sensor by lm75, in thousandths of a degree', () => {
    expect(outputOf('sensor')).toBe('25000\n');
  });

  it('writes 64 bytes by at24, and i2cdump shows them', () => {
    expect(outputOf('eeprom')).toBe('');
    expect(outputOf('dump')).toContain(
      '00: 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e 4f    @ABCDEFGHIJKLMNO\n',
    );
    expect(outputOf('dump')).toContain(
      '10: 50 51 52 53 54 55 56 57 58 59 5a 5b 5c 5d 5e 5f    PQRSTUVWXYZ[\\]^_\n',
    );
  });

  it('transfers 64 bytes at once', () => {
    const bytes = Array.from({ length: 64 }, (_, i) => `0x${(0x40 + i).toString(16)}`);
    expect(outputOf('read64')).toBe(`${bytes.join(' ')}\n`);
  });

  it('transfers two messages, six descriptors, through a queue of four', () => {
    expect(outputOf('write')).toBe('');
    expect(outputOf('twoMessages')).toBe('0x46 0x47 0x01 0x02 0x03 0x04 0x05 0x06 0x07 0x08 0x50 0x51\n');
  });

  it('is told that nobody acknowledges', () => {
    expect(outputOf('nobody')).toBe('Warning: only 0/1 messages were sent\n');
  });

  it('has the GPIO lines of the board: names, and what pulls them from outside', () => {
    expect(outputOf('lines')).toBe('expander alarm button 10');
  });

  it('is interrupted for used buffers', () => {
    // By MSI-X where QEMU gives the device two vectors: with the one of version 7.2, Linux takes the line.
    const counts = [...(outputOf('interrupts') ?? '').matchAll(/^ *\d+: +(\d+) .* virtio[234](-\S+)?$/gm)];
    expect(counts.filter(([, count]) => Number(count) > 0)).toHaveLength(3);
  });
});

import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../../cli/folder.ts';
import { bootGuest, NO_UML, program } from '../../guest/boot.ts';

/** Where `/dev/cuse` is: names that two boards want at once, nodes that are taken away, contents that cannot be kept. */
const DTBUS = `node ${fileURLToPath(new URL('../../../bin/dtbus.js', import.meta.url))}`;
const missing = NO_UML ?? program('i2cget');
if (missing !== undefined) console.warn(`real nodes are not lost in a guest: ${missing}`);

const PREPARED = `
  export XDG_RUNTIME_DIR=/run
  up() { ${DTBUS} up --dev "$@" > /run/up.$1 2>&1 & }
  come() { until grep -q '^up;' /run/up.$1; do kill -0 $2 || break; busybox usleep 100000; done; }
  cd /run`;

describe.skipIf(missing !== undefined)('real nodes', { timeout: 400_000 }, () => {
  const folder = testFolder();

  /** Boards of one EEPROM, which is kept in a full file system of the guest. */
  async function inGuest(commands: string): Promise<string> {
    const tree = `/dts-v1/; / { aliases { i2c1 = "/i2c"; }; i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
      eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,contents = "/run/full/kept"; }; }; };`;
    const board = folder.write('board.dts', tree);
    const other = folder.write('other.dts', tree.replace('dtbus,contents = "/run/full/kept";', ''));
    const { output, exitCode } = await bootGuest({
      commands: `${PREPARED}; cp ${board} ${other} /run\n${commands}`,
      deadlineMs: 200_000,
    });
    expect(exitCode, output).toBe(0);
    return output.replaceAll('\r', '');
  }

  // One thread for all nodes; and one for each.
  it.each(['', '--watch'])(
    'of two boards that come up at once have names of their own: %s',
    async (options) => {
      const output = await inGuest(`
      for board in other.dts copy.dts; do cp other.dts copy.dts; up $board ${options}; eval "up_$((n += 1))=$!"; done
      come other.dts $up_1; come copy.dts $up_2
      ls -1 /dev/i2c-*; for bus in 1 2; do i2cget -y $bus 0x50 0; done
      kill -TERM $up_1; wait $up_1; echo "first ended with $?"
      ls -1 /dev/i2c-*
      kill -TERM $up_2; wait $up_2; echo "second ended with $?"`);
      expect(output).toContain('/dev/i2c-1\n/dev/i2c-2\n0xff\n0xff\nfirst ended with 0\n');
      expect(output).toMatch(/first ended with 0\n\/dev\/i2c-[12]\nsecond ended with 0\n/);
    },
  );

  it.each(['', '--watch'])('that were taken away end the command: %s', async (options) => {
    const output = await inGuest(`
      up other.dts ${options}; up=$!; come other.dts $up
      echo 1 > /sys/class/cuse/i2c-1/abort
      wait $up; echo "ended with $?"; cat /run/up.other.dts`);
    expect(output).toContain('ended with 1\n');
    expect(output).toContain(
      'dtbus: the real nodes are gone: another program has taken them away; run dtbus up again\n',
    );
  });

  it.each(['', '--watch'])('are told of one by one, while others go on: %s', async (options) => {
    const output = await inGuest(`
      sed 's/i2c1 = /i2c2 = "\\/other"; &/; s/ i2c {/ other { compatible = "platform,virtio-i2c"; }; &/' other.dts > two.dts
      up two.dts ${options}; up=$!; come two.dts $up
      echo 1 > /sys/class/cuse/i2c-2/abort
      until grep -q gone /run/up.two.dts; do kill -0 $up || break; busybox usleep 100000; done
      i2cget -y 1 0x50 0
      kill -TERM $up; wait $up; echo "ended with $?"; cat /run/up.two.dts`);
    expect(output).toMatch(/^0xff\nended with 0$/m);
    expect(output.match(/.* gone.*/g)).toEqual([
      'dtbus: /dev/i2c-2 is gone: another program has taken it away; run dtbus up again',
    ]);
  });

  it.each(['', '--watch'])('of parts that cannot be saved end with a failure: %s', async (options) => {
    const output = await inGuest(`
      mkdir full; mount -t tmpfs -o size=16k full full
      up board.dts ${options}; up=$!; come board.dts $up
      i2cset -y 1 0x50 0 0x55
      head -c 20000 /dev/zero > full/rest
      kill -TERM $up; wait $up; echo "ended with $?"; cat /run/up.board.dts`);
    expect(output).toContain('ended with 1\n');
    const told =
      'dtbus: /i2c/eeprom@50: dtbus,contents: cannot write its contents to /run/full/kept: no space is left there; make room, or name another place\n';
    expect(output.split(told)).toHaveLength(2);
  });
});

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GuestResult, runGuest } from '../../src/guest/index.ts';
import { NO_UML, UML_KERNEL, UML_MODULES } from './boot.ts';

/** The kernel's own SPI suite (drivers/spi/spi-loopback-test.c), as a module. */
const SUITE = join(UML_MODULES, 'spi-loopback-test.ko');
const MISSING = NO_UML ?? (existsSync(SUITE) ? undefined : `there is no ${SUITE}`);
if (MISSING !== undefined) console.warn(`Linux's SPI suite is skipped: ${MISSING}`);

/**
 * Chip select 0 is a wire from MOSI to MISO; at 1 the last bit of every transfer comes back inverted. Where the
 * tree gives a speed, the suite looks at the clock, too: no transfer may be faster than its wire.
 */
const BOARD = `/dts-v1/;
/ {
	aliases { spi0 = &wires; spi1 = &timed; };
	wires: spi {
		compatible = "platform,virtio-spi";
		#address-cells = <1>;
		#size-cells = <0>;
		good@0 { compatible = "linux,spi-loopback-test"; reg = <0>; };
		bad@1 { compatible = "linux,spi-loopback-test"; reg = <1>; dtbus,model = "bad-wire.mjs"; };
	};
	timed: spi-timed {
		compatible = "platform,virtio-spi";
		#address-cells = <1>;
		#size-cells = <0>;
		dtbus,real-time;
		good@0 { compatible = "linux,spi-loopback-test"; reg = <0>; spi-max-frequency = <200000000>; };
	};
};`;

const BAD_WIRE = `export const models = [{
  compatible: ['linux,spi-loopback-test'],
  bus: 'spi',
  title: 'a wire that inverts the last bit',
  properties: [],
  create: (node) => ({
    state: {},
    takesRuns: true,
    reset() {},
    select() {},
    deselect() {},
    transfer(tx, rx, length) {
      for (let i = 0; i < length && rx !== undefined; i++) rx[i] = tx === undefined ? 0 : tx[i];
      if (node.u32('reg') === 1 && rx !== undefined && length > 0) rx[length - 1] ^= 1;
    },
  }),
}];`;

/** The suite's cases, as Linux 7.2 names them, in its order. */
const CASES = [
  'tx/rx-transfer - start of page',
  'tx/rx-transfer - crossing PAGE_SIZE',
  'tx-transfer - only',
  'rx-transfer - only',
  'two tx-transfers - alter both',
  'two tx-transfers - alter first',
  'two tx-transfers - alter second',
  'two transfers tx then rx - alter both',
  'two transfers tx then rx - alter tx',
  'two transfers tx then rx - alter rx',
  'two tx+rx transfers - alter both',
  'two tx+rx transfers - alter first',
  'two tx+rx transfers - alter second',
  'two tx+rx transfers - delay after transfer',
  'three tx+rx transfers with overlapping cache lines',
];
/** The suite does not announce its last case. */
const UNANNOUNCED = CASES.length - 1;
/** Tried with SPI_LOOP, too: both ways, receiving only, several transfers. */
const LOOPED = [0, 3, 10];

/** The module runs at its loading; each case is loaded by itself, for the kernel's log holds no more. */
const RUN = `
run() {
  echo "= $*"
  busybox dmesg -c > /dev/null
  busybox insmod ${SUITE} delay_ms=0 "$@" && busybox rmmod spi-loopback-test
  busybox dmesg | sed -n 's/.*spi-loopback-test \\(spi[01]\\.[01]\\): *\\(Running test\\|Finished\\|with iteration\\)/\\1 \\2/p'
}
for case in $(seq 0 ${CASES.length}); do run loopback=1 check_ranges=1 run_only_test=$case; done
for case in ${LOOPED.join(' ')}; do run loopback=1 loop_req=1 run_only_test=$case; done
`;

/** What a device did under one set of parameters. */
interface Outcome {
  readonly name: string | undefined;
  /** Lengths and alignments that were tried. */
  readonly iterations: number;
  readonly result: number | undefined;
}

let folder: string;
let runs: Map<string, string>;

/** How `parameters` went at a device. */
function outcome(parameters: string, device: string): Outcome {
  const lines = (runs.get(parameters) ?? '').split('\n').filter((line) => line.startsWith(`${device} `));
  const found = (pattern: RegExp) => lines.flatMap((line) => pattern.exec(line)?.[1] ?? [])[0];
  const result = found(/return: (-?\d+)/);
  return {
    name: found(/Running test (.*)/),
    iterations: lines.filter((line) => line.includes('with iteration')).length,
    result: result === undefined ? undefined : Number(result),
  };
}

const plain = (index: number) => `loopback=1 check_ranges=1 run_only_test=${index}`;
const internal = (index: number) => `loopback=1 loop_req=1 run_only_test=${index}`;

/** Runs the suite, case by case, in a guest on the board. */
async function boot(board: string): Promise<GuestResult & { output: string }> {
  let output = '';
  const end = await runGuest(board, {
    kernel: UML_KERNEL,
    command: ['sh', '-c', RUN],
    deadlineMs: 200_000,
    output: (bytes) => {
      output += Buffer.from(bytes).toString('latin1');
    },
    // The suite is a module, which the command loads.
    onWarning: (sentence) =>
      expect(sentence).toMatch(/^no driver in the guest took \/spi(-timed)?\/(good|bad)@/),
  });
  return { ...end, output };
}

describe.skipIf(MISSING !== undefined)("Linux's own SPI suite on a wire from MOSI to MISO", () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-loopback-'));
    const board = join(folder, 'board.dts');
    writeFileSync(board, BOARD);
    writeFileSync(join(folder, 'bad-wire.mjs'), BAD_WIRE);
    let { output, ...end } = await boot(board);
    if (end.exitCode === undefined) {
      // Seen twice in whole runs and in none of it alone; what it printed last tells why, so it is not lost.
      console.warn(`the guest ended before its command (${JSON.stringify(end)}): ${output.slice(-2000)}`);
      ({ output, ...end } = await boot(board));
    }
    expect({ ...end, output }).toMatchObject({ exitCode: 0 });
    const parts = output.split(/^= /m).slice(1);
    runs = new Map(parts.map((text) => [text.slice(0, text.indexOf('\n')), text]));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(CASES.map((name, index) => [name, index] as const))('passes: %s', (name, index) => {
    for (const device of ['spi0.0', 'spi1.0']) {
      const { iterations, ...rest } = outcome(plain(index), device);
      expect({ device, ...rest }).toEqual({
        device,
        name: index === UNANNOUNCED ? undefined : name,
        result: 0,
      });
      expect(iterations).toBeGreaterThan(0);
    }
  });

  it('has no case besides', () => {
    expect(outcome(plain(CASES.length), 'spi0.0')).toEqual({ name: undefined, iterations: 0, result: 0 });
  });

  it('finds one wrong bit in every case that looks at what came back', () => {
    const blind = ['tx-transfer - only', ...CASES.filter((name) => name.startsWith('two tx-transfers'))];
    const passed = CASES.filter((_, index) => outcome(plain(index), 'spi0.1').result === 0);
    expect(passed).toEqual(blind);
  });

  it('passes whatever the wire does when the controller is asked to connect the two itself', () => {
    for (const device of ['spi0.0', 'spi0.1']) {
      expect(LOOPED.map((index) => outcome(internal(index), device).result)).toEqual([0, 0, 0]);
    }
  });
});

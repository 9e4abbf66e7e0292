import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Board, type BoardOptions, openBoard } from '../../src/board/index.ts';

const SOURCE = `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; };
	gpio: gpio {
		compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>;
		interrupt-controller; #interrupt-cells = <2>; ngpios = <2>;
	};
	i2c: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		adc@48 { compatible = "ti,ads1115"; reg = <0x48>; interrupts-extended = <&gpio 0 2>; };
		rtc@68 { compatible = "maxim,ds3231"; reg = <0x68>; interrupts-extended = <&gpio 1 2>; };
	};
};
`;

/** SBAS444, 8.4.2.2: DR 111b is 860 conversions a second. */
const CONVERSION_NS = Math.ceil(1e9 / 860);

const boards: Board[] = [];
afterEach(async () => {
  for (const board of boards.splice(0)) await board.close();
});

/** A board, and how often each of its lines fell. */
async function counting(options: BoardOptions): Promise<{ board: Board; falls: number[] }> {
  const board = await openBoard({ source: SOURCE, treeChecks: 'off', ...options });
  boards.push(board);
  const falls = [0, 0];
  for (const line of [0, 1])
    board.line('&gpio', line).watch((high) => {
      if (!high) falls[line] = (falls[line] as number) + 1;
    });
  return { board, falls };
}

function write(board: Board, addr: number, ...bytes: number[]): void {
  board.open('/dev/i2c-1').transferSync([{ addr, write: Uint8Array.from(bytes) }]);
}

/** SBAS444, 8.3.8 "Conversion ready pin": HI_THRESH MSB 1, LO_THRESH MSB 0. AIN0, continuous, 860 a second. */
function beginConversions(board: Board): void {
  write(board, 0x48, 3, 0x80, 0);
  write(board, 0x48, 2, 0, 0);
  write(board, 0x48, 1, 0x40, 0xe0);
}

describe('edges on a stepped clock', () => {
  it('are as many as conversions', async () => {
    const { board, falls } = await counting({ backEnd: 'inline', clock: 'stepped' });
    beginConversions(board);
    const before = falls[0] as number;
    board.advance(86 * CONVERSION_NS);
    expect((falls[0] as number) - before).toBe(86);
  });

  it('are as many as periods of a square wave', async () => {
    const { board, falls } = await counting({ backEnd: 'inline', clock: 'stepped' });
    // DS3231 data sheet, "Control Register (0Eh)": RS2, RS1 = 01b is 1.024 kHz, 11b 8.192 kHz; INTCN = 0.
    write(board, 0x68, 0x0e, 0x08);
    const before = falls[1] as number;
    board.advance(1e9);
    expect((falls[1] as number) - before).toBe(1024);
    write(board, 0x68, 0x0e, 0x18);
    const faster = falls[1] as number;
    board.advance(1e9);
    expect((falls[1] as number) - faster).toBe(8192);
  });
});

describe.each(['inline', 'worker'] as const)('edges on the real clock, back-end %s', (backEnd) => {
  it('are as many as conversions, however late the machine is', async () => {
    const { board, falls } = await counting({ backEnd });
    const never = new Int32Array(new SharedArrayBuffer(4));
    const earliest = performance.now();
    beginConversions(board);
    const latest = performance.now();
    for (let i = 0; i < 5; i++) {
      // A machine that is busy with something else, and then comes to its timers.
      Atomics.wait(never, 0, 0, 37);
      await new Promise((resolve) => setTimeout(resolve, 3));
    }
    const before = performance.now();
    // Single-shot: no more conversions.
    write(board, 0x48, 1, 0x41, 0xe0);
    const after = performance.now();
    // By the times between which it began and ended: nothing is lost, and nothing is made up.
    const least = Math.floor(((before - latest) * 1e6) / CONVERSION_NS);
    const most = Math.ceil(((after - earliest) * 1e6) / CONVERSION_NS);
    expect(least).toBeGreaterThan(100);
    await vi.waitFor(() => expect(falls[0]).toBeGreaterThanOrEqual(least), { timeout: 20_000 });
    expect(falls[0]).toBeLessThanOrEqual(most);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { type Board, type BoardOptions, openBoard } from '../../../src/board/index.ts';

let board: Board;
afterEach(() => board.close());

/** Two buses with a 24C02 each: the first one as slow as it says, the second one at 100 kHz. */
async function open(firstHz: number, options: BoardOptions) {
  const bus = (name: string, hz: number) =>
    `${name}: ${name} { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; dtbus,real-time;
      clock-frequency = <${hz}>; dtbus,timeout-ms = <30000>;
      eeprom@50 { compatible = "atmel,24c02"; reg = <0x50>; }; };`;
  const source = `/dts-v1/; / { aliases { i2c0 = &a; i2c1 = &b; }; ${bus('a', firstHz)} ${bus('b', 100_000)} };`;
  board = await openBoard({ source, ...options });
  return [board.open('/dev/i2c-0'), board.open('/dev/i2c-1')] as const;
}

const WRITE = [{ addr: 0x50, write: Uint8Array.of(0, 1) }];
const POLL = [{ addr: 0x50, write: new Uint8Array(0) }];
const READ = [{ addr: 0x50, read: 1 }];

describe('two buses in real time', () => {
  it.each(['worker', 'inline'] as const)('run side by side, their parts too (%s)', async (backEnd) => {
    // START, ten times nine bits, STOP at 50 Hz: 1.8 s. Each is begun before the other has ended.
    const [slow, fast] = await open(50, { backEnd });
    const ended: string[] = [];
    const long = slow.transfer([{ addr: 0x50, read: 9 }]).then(() => ended.push('slow'));
    await fast.transfer(WRITE);
    ended.push('written');
    // A write cycle takes 5 ms, which is over long before the other bus is.
    for (let ready = false; !ready; ) {
      ready = await fast.transfer(POLL).then(
        () => true,
        () => false,
      );
    }
    ended.push('ready');
    await long;
    expect(ended).toEqual(['written', 'ready', 'slow']);
  });

  it('have one time on a stepped clock, which the transfers of both move, by their bits', async () => {
    const [one, other] = await open(100_000, { clock: 'stepped' });
    one.transferSync(WRITE);
    // A read of a byte is START, twice nine bits, STOP: 200 µs. After 24 of them 4.8 ms of the 5 ms have passed, and the
    // address of a poll comes 100 µs later.
    for (let i = 0; i < 24; i++) other.transferSync(READ);
    expect(() => one.transferSync(POLL)).toThrow('ENXIO');
    other.transferSync(READ);
    expect(() => one.transferSync(POLL)).not.toThrow();
  });
});

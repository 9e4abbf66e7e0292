import { afterEach, describe, expect, it } from 'vitest';
import { type Board, openBoard } from '../../src/board/index.ts';

let board: Board | undefined;
afterEach(() => board?.close());

const TREE = `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
  rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
  mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; #address-cells = <1>; #size-cells = <0>;
    i2c@0 { reg = <0>; #address-cells = <1>; #size-cells = <0>; far@51 { compatible = "atmel,24c02"; reg = <0x51>; }; };
  }; }; };`;

/** The message of a transfer that fails. */
async function failure(on: Board, addr: number): Promise<string> {
  const i2c = on.open('/dev/i2c-0');
  return i2c.transfer([{ addr, read: 1 }]).then(
    () => 'no failure',
    (error: Error) => error.message,
  );
}

describe.each(['worker', 'inline'] as const)('a part that is busy, its back-end %s', (backEnd) => {
  // 24C02: 5 ms of write cycle; on a stepped clock only bits take time: 10 of START and address at 100 kHz take 0.1 ms.
  it('is the reason of ENXIO, once', async () => {
    board = await openBoard({ source: TREE, backEnd, clock: 'stepped', onWarning: () => {} });
    board.open('/dev/i2c-0').transferSync([{ addr: 0x50, write: Uint8Array.of(0, 1) }]);
    board.advance(1.7e6);
    expect(await failure(board, 0x50)).toBe(
      'ENXIO: /dev/i2c-0, address 0x50: the address was not acknowledged; busy: write cycle, 3.2 ms left',
    );
    expect(await failure(board, 0x50)).toBe(
      'ENXIO: /dev/i2c-0, address 0x50: the address was not acknowledged',
    );
    board.advance(5e6);
    expect(await failure(board, 0x50)).toBe('no failure');
    board.open('/dev/i2c-0').transferSync([{ addr: 0x50, write: Uint8Array.of(0, 1) }]);
    expect(await failure(board, 0x50)).toMatch(/busy: write cycle, 4\.9 ms left$/);
  });

  it('is the reason behind a multiplexer, too', async () => {
    board = await openBoard({ source: TREE, backEnd, clock: 'stepped', onWarning: () => {} });
    const i2c = board.open('/dev/i2c-0');
    i2c.transferSync([{ addr: 0x70, write: Uint8Array.of(1) }]);
    i2c.transferSync([{ addr: 0x51, write: Uint8Array.of(0, 1) }]);
    expect(await failure(board, 0x51)).toMatch(/; busy: write cycle, 4\.9 ms left$/);
    i2c.transferSync([{ addr: 0x70, write: Uint8Array.of(0) }]);
    expect(await failure(board, 0x51)).toBe(
      'ENXIO: /dev/i2c-0, address 0x51: the address was not acknowledged; connect its channel first: /i2c/mux@70/i2c@0',
    );
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { type Board, openBoard } from '../../src/board/index.ts';

let board: Board | undefined;
afterEach(() => board?.close());

/** `GPIO_ACTIVE_HIGH`, `GPIO_ACTIVE_LOW`. */
const [HIGH, LOW] = [0, 1];

/** The binding of mmc-spi-slot: `gpios` has the line that tells of a card, then that of the write protection. */
const TREE = `/dts-v1/; / {
  gpio: gpio { compatible = "platform,virtio-gpio"; ngpios = <4>; gpio-controller; #gpio-cells = <2>; };
  spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
    slot: mmc-slot@0 {
      compatible = "mmc-spi-slot"; reg = <0>; spi-max-frequency = <20000000>;
      gpios = <&gpio 1 ${LOW}>, <&gpio 2 ${HIGH}>; dtbus,card-size = <524288>;
    };
  }; };`;

describe('lines of a slot', () => {
  it('tell whether a card is in it, and whether its slider is at "lock", with the polarity of their flags', async () => {
    board = await openBoard({ source: TREE, backEnd: 'inline', clock: 'stepped', onWarning: () => {} });
    const levels = () => [1, 2].map((line) => board?.line('&gpio', line).get());
    const slot = board.part('&slot') as unknown as { writeProtect: boolean; powered: boolean };
    expect(levels()).toEqual([false, false]);
    slot.writeProtect = true;
    expect(levels()).toEqual([false, true]);
    slot.powered = false;
    expect(levels()).toEqual([true, false]);
    slot.powered = true;
    expect(levels()).toEqual([false, true]);
  });
});

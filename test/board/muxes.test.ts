import { expect, it } from 'vitest';
import { openBoard } from '../../src/board/index.ts';

/** What is behind multiplexers: parts on the bus (PCA9548), and beside it (i2c-mux-gpio). */
const CELLS = '#address-cells = <1>; #size-cells = <0>;';
const BOARD = `/dts-v1/;
/ {
	aliases { i2c1 = &bus; };
	bus: i2c {
		compatible = "platform,virtio-i2c"; ${CELLS}
		mux@70 {
			compatible = "nxp,pca9548"; reg = <0x70>; ${CELLS}
			i2c-mux {
				${CELLS}
				i2c@1 { reg = <1>; ${CELLS} temp@48 { compatible = "national,lm75"; reg = <0x48>; }; };
			};
		};
	};
	mux {
		compatible = "i2c-mux-gpio"; i2c-parent = <&bus>; ${CELLS}
		i2c@0 { reg = <0>; ${CELLS} temp@4a { compatible = "national,lm75"; reg = <0x4a>; }; };
	};
};
`;
const READ = [{ addr: 0x48, read: 2 }];

it('an address behind a channel names the channel until that is connected', async () => {
  await using board = await openBoard({ source: BOARD, backEnd: 'inline' });
  const bus = board.open('/dev/i2c-1');
  expect(() => bus.transferSync(READ)).toThrow(
    'the address was not acknowledged; connect its channel first: /i2c/mux@70/i2c-mux/i2c@1',
  );
  bus.transferSync([{ addr: 0x70, write: Uint8Array.of(2) }]);
  expect(bus.transferSync(READ)).toHaveLength(1);
  expect(() => bus.transferSync([{ addr: 0x33, read: 1 }])).toThrow('the tree has 0x48, 0x70 on this bus');
});

it('a multiplexer beside a bus of ours has a bus for each channel', async () => {
  await using board = await openBoard({ source: BOARD, backEnd: 'inline' });
  const channel = board.open('/dev/i2c-2');
  expect(channel.transferSync([{ addr: 0x4a, read: 2 }])).toHaveLength(1);
});

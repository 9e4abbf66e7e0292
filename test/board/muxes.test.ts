import { describe, expect, it } from 'vitest';
import { type Board, openBoard } from '../../src/board/index.ts';

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

describe('a multiplexer beside its bus, by the wires of PCA9548 data sheet 6.3 and of Linux i2c-mux.c', () => {
  const eeprom = (address: string, label: string) =>
    `${label}: rom@${address} { compatible = "atmel,24c02"; reg = <0x${address}>; };`;
  const channel = (n: number, parts: string) => `c${n}: i2c@${n} { reg = <${n}>; ${CELLS} ${parts} };`;
  /** Buses: 1, channels 2 and 3 of it, and 4 behind channel 3. */
  const tree = (mux: string, bus = '') => `/dts-v1/;
/ {
	aliases { i2c1 = &bus; i2c2 = &c0; i2c3 = &c1; i2c4 = &deep; };
	bus: i2c { compatible = "platform,virtio-i2c"; ${CELLS} ${bus} ${eeprom('50', 'high')} ${eeprom('51', 'twice')} };
	mux { i2c-parent = <&bus>; ${CELLS} ${mux}
		${channel(0, eeprom('51', 'again') + eeprom('52', 'first'))}
		${channel(1, eeprom('53', 'second'))} };
	next { compatible = "i2c-mux-gpio"; i2c-parent = <&c1>; ${CELLS}
		deep: i2c@7 { reg = <7>; ${CELLS} ${eeprom('54', 'third')} }; };
};`;
  const GPIO_MUX = 'compatible = "i2c-mux-gpio";';

  /** What the EEPROMs at addresses of a bus begin with; `undefined`: nobody acknowledges. */
  const look = (board: Board, bus: number, addresses: readonly number[]) =>
    addresses.map((addr) => {
      try {
        const [bytes] = board.open(`/dev/i2c-${bus}`).transferSync([
          { addr, write: Uint8Array.of(0) },
          { addr, read: 1 },
        ]);
        return bytes?.[0];
      } catch {
        return undefined;
      }
    });
  const CONTENTS = { high: 0xf0, twice: 0x3c, again: 0xf5, first: 0x52, second: 0x53, third: 0x54 };
  async function opened(mux: string, more: object = {}, bus = ''): Promise<Board> {
    const board = await openBoard({
      source: tree(mux, bus),
      backEnd: 'inline',
      onWarning: () => {},
      ...more,
    });
    for (const [label, value] of Object.entries(CONTENTS))
      board.part(`&${label}`).set('contents', Uint8Array.of(value));
    return board;
  }

  it('a transfer on a channel reaches the parts of the bus, of one address with zeros winning', async () => {
    await using board = await opened(GPIO_MUX);
    expect(look(board, 2, [0x50, 0x51, 0x52, 0x53])).toEqual([0xf0, 0x34, 0x52, undefined]);
    expect(look(board, 3, [0x50, 0x51, 0x52, 0x53])).toEqual([0xf0, 0x3c, undefined, 0x53]);
  });

  it('a channel behind a channel reaches all on its way', async () => {
    await using board = await opened(GPIO_MUX);
    expect(look(board, 4, [0x50, 0x52, 0x53, 0x54])).toEqual([0xf0, undefined, 0x53, 0x54]);
  });

  it('i2c-mux-gpio begins with its first channel, and stays where it was used last', async () => {
    await using board = await opened(GPIO_MUX);
    expect(look(board, 1, [0x51, 0x52, 0x53])).toEqual([0x34, 0x52, undefined]);
    look(board, 3, [0x53]);
    expect(look(board, 1, [0x51, 0x52, 0x53])).toEqual([0x3c, undefined, 0x53]);
  });

  it.each([
    ['idle-state of a channel', `${GPIO_MUX} idle-state = <1>;`, [undefined, 0x53]],
    ['idle-state of none', `${GPIO_MUX} idle-state = <2>;`, [undefined, undefined]],
    [
      'a last pin state called idle',
      'compatible = "i2c-mux-pinctrl"; pinctrl-names = "a", "b", "idle";',
      [undefined, undefined],
    ],
    ['no such pin state', 'compatible = "i2c-mux-pinctrl"; pinctrl-names = "a", "b";', [0x52, undefined]],
  ])('%s: what is connected between transfers', async (_name, mux, between) => {
    await using board = await opened(mux);
    look(board, 2, [0x52]);
    expect(look(board, 1, [0x52, 0x53])).toEqual(between);
  });

  it('in real time, and by a thread of its own', async () => {
    await using board = await opened(GPIO_MUX, { backEnd: 'worker' }, 'dtbus,real-time;');
    expect(look(board, 2, [0x50, 0x51, 0x52, 0x53])).toEqual([0xf0, 0x34, 0x52, undefined]);
  });

  it('a fault of the bus strikes on its channels', async () => {
    await using board = await opened(GPIO_MUX);
    const fault = board.inject('sda', '&bus');
    expect(look(board, 2, [0x52])).toEqual([undefined]);
    expect(fault.fired).toBeGreaterThan(0);
    fault.remove();
    expect(look(board, 2, [0x52])).toEqual([0x52]);
  });
});

import type { DataSheet } from '../data-sheet.ts';
import type { Kit, Model, Part } from '../model.ts';

/** How a control register names channels. */
interface Row {
  readonly compatible: readonly string[];
  readonly title: string;
  readonly channels: number;
  /** Bits of the control register that can be written. */
  readonly writable: number;
  /** Control register after power-on. Default 0. */
  readonly reset?: number;
  /** The enable bit, where the channel is a number. Else: a bit a channel. */
  readonly enable?: number;
}

/** NXP data sheets PCA9540B to PCA9548A, "Control register definition". */
const ROWS: readonly Row[] = [
  {
    compatible: [
      'nxp,pca9548',
      'nxp,pca9848',
      'ti,tca9548',
      'ti,tca9548a',
      'maxim,max7356',
      'maxim,max7357',
      'maxim,max7358',
      'maxim,max7367',
    ],
    title: 'PCA9548 I2C switch, 8 channels',
    channels: 8,
    writable: 0xff,
  },
  {
    compatible: ['nxp,pca9546', 'nxp,pca9846', 'nxp,pca9545', 'nxp,pca9845'],
    title: 'PCA9546 I2C switch, 4 channels',
    channels: 4,
    writable: 0x0f,
  },
  {
    compatible: ['nxp,pca9543', 'nxp,pca9843'],
    title: 'PCA9543 I2C switch, 2 channels',
    channels: 2,
    writable: 0x03,
  },
  {
    compatible: ['nxp,pca9547', 'nxp,pca9847'],
    title: 'PCA9547 I2C multiplexer, 8 channels',
    channels: 8,
    writable: 0x0f,
    reset: 0x08,
    enable: 0x08,
  },
  {
    compatible: ['nxp,pca9544', 'nxp,pca9844'],
    title: 'PCA9544 I2C multiplexer, 4 channels',
    channels: 4,
    writable: 0x07,
    enable: 0x04,
  },
  {
    compatible: ['nxp,pca9540', 'nxp,pca9542'],
    title: 'PCA9540 I2C multiplexer, 2 channels',
    channels: 2,
    writable: 0x07,
    enable: 0x04,
  },
];

const sheetOf = ({ compatible, title }: Row) =>
  ({
    compatible,
    title,
    source: 'NXP PCA9540B to PCA9548A data sheets',
    notModelled: ['interrupt inputs of PCA9542 to PCA9545', 'idle-state of the binding'],
    node: 'i2c-mux',
    bus: { i2c: { form: 'other', address: 0x70 } },
    shows: { control: { kind: 'integer', doc: 'control register: what is connected' } },
  }) as const satisfies DataSheet;

type Sheet = ReturnType<typeof sheetOf>;

const modelOf =
  ({ channels: count, writable, reset = 0, enable }: Row): Model<Sheet> =>
  (_registers, kit) => {
    const channels = channelsOf(kit, count);
    const state = kit.keep({ control: reset, next: reset });
    let connected: readonly object[] = [];

    function connect(): void {
      const control = state.next;
      state.control = control;
      connected = channels.filter((_, channel) =>
        enable === undefined
          ? ((control >> channel) & 1) !== 0
          : (control & enable) !== 0 && (control & (enable - 1)) === channel,
      );
    }

    connect();
    return {
      segments: () => connected,
      restored: connect,
      reset() {
        state.next = reset;
        connect();
      },
      properties: {
        get control() {
          return state.control;
        },
      },
      i2c: {
        write(data) {
          if (data.length > 0) state.next = (data[data.length - 1] as number) & writable;
          return data.length;
        },
        read: (into) => void into.fill(state.control),
        /** "The channel becomes active after a STOP condition has been placed on the bus." */
        stop: connect,
      },
    };
  };

/** Children become the channels that their `reg` names, also below a node `i2c-mux` (Linux i2c_mux_add_adapter). */
function channelsOf({ node, segment, fault }: Kit<Sheet>, count: number): object[] {
  // Nobody is on a channel that the tree does not name: one stands for all of them.
  const channels = new Array<object>(count).fill(segment());
  const holder = node.children.find(({ name }) => name === 'i2c-mux') ?? node;
  for (const child of holder.children) {
    const [channel] = child.u32s('reg') ?? [];
    if (channel === undefined) continue;
    if (channel >= count) {
      throw fault('reg', `invalid channel ${channel}: expected 0 to ${count - 1}`, child);
    }
    channels[channel] = segment(child);
  }
  return channels;
}

export const parts: readonly Part[] = ROWS.map((row) => ({ ...sheetOf(row), model: modelOf(row) }));

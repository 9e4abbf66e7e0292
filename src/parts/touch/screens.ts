import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

/** More than the longest command. */
const MAX_WRITTEN = 64;
/** What a touch is since the host has last read it. */
type Event = 'none' | 'down' | 'move' | 'up';

/** The only finger. */
export interface Finger {
  readonly touching: boolean;
  readonly x: number;
  readonly y: number;
  readonly pressure: number;
  readonly event: Event;
}

/** How often it was read before. */
interface Reads {
  readonly sincePowerOn: number;
  readonly sinceTouch: number;
}

/** A touch screen as its driver sees it: what is written chooses what is read. */
export interface Screen {
  /** Names with blanks between them, the part's own first. */
  readonly names: string;
  readonly title: string;
  readonly source: string;
  readonly at: number;
  readonly notModelled?: readonly string[];
  /**
   * What is read behind `command`, the bytes that were written last; zeros follow.
   */
  answer(command: readonly number[], finger: Finger, reads: Reads): readonly number[];
  /** Whether reading behind `command` takes the touch off, and releases the INT pin. */
  takes(command: readonly number[], reads: Reads): boolean;
  /** The same of writing it. */
  clears?(command: readonly number[]): boolean;
}

const COORDINATE = { kind: 'integer', range: [0, 4095] } as const;

const sheetOf = ({ names, title, source, at, notModelled = [] }: Screen) =>
  ({
    compatible: names.split(' '),
    title: `${title}, one finger`,
    source,
    notModelled: ['more than one finger', 'firmware and its update', 'sleep', ...notModelled],
    node: 'touchscreen',
    bus: { i2c: { form: 'other', address: at } },
    pins: ['INT'],
    senses: {
      touching: { kind: 'flag', doc: 'a finger is on the screen' },
      x: { ...COORDINATE, doc: 'where the finger is; a change is reported while it touches' },
      y: { ...COORDINATE, doc: 'where the finger is; a change is reported while it touches' },
      pressure: { kind: 'integer', range: [0, 63], initial: 20, doc: 'how hard it presses' },
    },
    shows: { waiting: { kind: 'flag', doc: 'whether the host has to read what has happened' } },
  }) as const satisfies DataSheet;

const modelOf =
  (screen: Screen): Model<ReturnType<typeof sheetOf>> =>
  (_registers, { sense, keep, pin: { INT } }) => {
    const state = keep({
      event: 'none' as Event,
      command: [] as readonly number[],
      received: [] as number[],
      sent: [] as readonly number[],
      position: 0,
      sincePowerOn: 0,
      sinceTouch: 0,
    });
    const drive = () => INT.set(state.event === 'none');
    function take(): void {
      state.event = 'none';
      drive();
    }
    function written(): void {
      if (state.received.length === 0) return;
      state.command = state.received;
      state.received = [];
      if (screen.clears?.(state.command)) take();
    }

    return {
      reset() {
        Object.assign(state, { event: 'none', command: [], received: [], sent: [], position: 0 });
        Object.assign(state, { sincePowerOn: 0, sinceTouch: 0 });
        drive();
      },
      restored: drive,
      sensed(name) {
        state.sinceTouch = 0;
        if (name === 'touching') state.event = sense.touching ? 'down' : 'up';
        else if (sense.touching && state.event !== 'down') state.event = 'move';
        drive();
      },
      properties: {
        get waiting() {
          return state.event !== 'none';
        },
      },
      i2c: {
        start(_address, read) {
          written();
          if (!read) return true;
          const { touching, x, y, pressure } = sense;
          const finger = { touching, x, y, pressure, event: state.event };
          Object.assign(state, { sent: screen.answer(state.command, finger, state), position: 0 });
          const takes = screen.takes(state.command, state);
          state.sincePowerOn++;
          state.sinceTouch++;
          if (takes) take();
          return true;
        },
        write(data) {
          const taken = data.subarray(0, Math.max(0, MAX_WRITTEN - state.received.length));
          state.received.push(...taken);
          return taken.length;
        },
        read(into) {
          for (let index = 0; index < into.length; index++) into[index] = state.sent[state.position++] ?? 0;
        },
        stop: written,
      },
    };
  };

export const screenPart = (screen: Screen): Part => ({ ...sheetOf(screen), model: modelOf(screen) });

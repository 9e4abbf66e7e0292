import type { Kit } from '../model.ts';
import { type CommandList, fail, store, u32 } from './commands.ts';
import { COLUMNS, ROWS, type Sheet, type State } from './cros-ec-sheet.ts';
import { EcError, RESULT } from './frame.ts';

/** `enum ec_mkbp_event`, and the bit that says that more of them wait. */
export const EVENT = { KEYS: 0, HOST: 1, BUTTONS: 3, SWITCHES: 4, MORE: 0x80 };

/** What is sensed, as it is sent. */
export function sensedOf(sense: Kit<Sheet>['sense']) {
  return {
    matrix(): number[] {
      const columns = new Array<number>(COLUMNS).fill(0);
      for (let index = 0; index + 1 < sense.keys.length; index += 2) {
        const [row, column] = [sense.keys[index] as number, sense.keys[index + 1] as number];
        if (row < ROWS && column < COLUMNS) columns[column] = (columns[column] as number) | (1 << row);
      }
      return columns;
    },
    buttons: () => (sense.powerButton ? 1 : 0) | (sense.volumeUp ? 2 : 0) | (sense.volumeDown ? 4 : 0),
    switches: () => (sense.lidOpen ? 1 : 0) | (sense.tabletMode ? 2 : 0),
  };
}
type Sensed = ReturnType<typeof sensedOf>;

/** Keys, switches and host events. */
export function eventCommands(state: State, sensed: Sensed, showLine: () => void): CommandList {
  const present = { [EVENT.BUTTONS]: 0b111, [EVENT.SWITCHES]: 0b11 };
  function info(kind: number, event: number): readonly number[] {
    if (kind === 0) return [...u32(ROWS), ...u32(COLUMNS), 0];
    if (kind === 1) return u32(present[event] ?? fail());
    if (kind !== 2) return fail();
    if (event === EVENT.KEYS) return sensed.matrix();
    if (event === EVENT.HOST) return u32(state.hostEvents);
    if (event === EVENT.BUTTONS) return u32(sensed.buttons());
    return event === EVENT.SWITCHES ? u32(sensed.switches()) : fail();
  }
  function next(version: number): readonly number[] {
    const [first, ...rest] = state.events;
    if (first === undefined) throw new EcError(RESULT.UNAVAILABLE);
    state.events = rest;
    showLine();
    return [first.type | (version >= 2 && rest.length > 0 ? EVENT.MORE : 0), ...first.data];
  }
  return [
    [0x60, [1, () => sensed.matrix()]],
    [0x61, [1, (params) => info(params.u8(), params.u8())]],
    [0x67, [0b111, ({ version }) => next(version)]],
    [0x87, [1, () => u32(state.hostEventsB)]],
    [
      0x8c,
      [
        1,
        (params) =>
          store(() => {
            state.hostEvents &= ~params.u32();
          }),
      ],
    ],
    [0x8d, [1, () => u32(state.wakeMask)]],
    [
      0x8e,
      [
        1,
        (params) =>
          store(() => {
            state.wakeMask = params.u32();
          }),
      ],
    ],
    [
      0x8f,
      [
        1,
        (params) =>
          store(() => {
            state.hostEventsB &= ~params.u32();
          }),
      ],
    ],
  ];
}

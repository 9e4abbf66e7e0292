import type { PartModel, PartRegistry } from '../../sim/index.ts';
import type { OwnSheet } from '../thread/protocol.ts';

/** What the models of the user's own say of their parts, for who watches the board. */
export function ownSheets(parts: PartRegistry): OwnSheet[] {
  return parts.list().flatMap(({ path, model, own }) => {
    const sheet = own ? sheetOf(model) : undefined;
    // As data: what an author has put beside it, functions too, cannot go from thread to thread.
    return sheet === undefined
      ? []
      : [{ path, sheet: JSON.parse(JSON.stringify(sheet)) as OwnSheet['sheet'] }];
  });
}

/** Of a model without a data sheet, its registers: a transfer begins with the number of one. */
function sheetOf({ sheet, bus, registers }: PartModel): OwnSheet['sheet'] | undefined {
  if (sheet !== undefined) {
    const { registers: own, instructions, memory } = sheet;
    return {
      bus: sheet.bus,
      ...(own && { registers: own }),
      ...(instructions && { instructions }),
      ...(memory && { memory }),
    };
  }
  if (registers === undefined || bus !== 'i2c') return undefined;
  const named = Object.entries(registers).map(([name, at]) => [name, { at }]);
  return { bus: { i2c: { form: 'byte registers', address: 0 } }, registers: Object.fromEntries(named) };
}

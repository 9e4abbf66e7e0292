import { loadParts, partFor, registersByNumber } from '../../parts/index.ts';
import type { TracedBus, TracedPart } from '../board.ts';
import type { TracedTransfer } from '../event.ts';
import type { PartAccess } from './access.ts';
import { CommandReader } from './commands.ts';
import { type I2cDialect, i2cAccess, i2cText, UNKNOWN_PART } from './i2c.ts';
import { spiAccess, spiDialect, spiRegistersAccess, spiRegistersText, spiText } from './spi.ts';

/** A part as a watcher names it, and what its transfers mean. */
export interface PartReader {
  /** `temp@48`; empty where the tree has no such part. */
  readonly name: string;
  /** Of its node, where that is known. */
  readonly path?: string | undefined;
  text(transfer: TracedTransfer): string;
  /** What a transfer means depends on those before it. */
  readonly remembers?: true;
  /** By the names of its data sheet; undefined where nothing is known, or it does more than one thing. */
  access(transfer: TracedTransfer): PartAccess | undefined;
  /** What `access` may name. */
  names(of: NamedKind): readonly string[];
}

/** What a data sheet names. */
export type NamedKind = 'register' | 'command' | 'field';

/** What must be known of a part, of ours or of the user's own. */
type Sheet = NonNullable<TracedPart['sheet']>;

/** Who can read the transfers of the parts of these buses: bus by bus, by address or chip select. */
export async function partReaders(
  buses: readonly TracedBus[],
): Promise<readonly ReadonlyMap<number, PartReader>[]> {
  const compatibles = buses.flatMap((bus) => bus.parts).flatMap(({ compatible }) => compatible);
  const sheets = await loadParts(compatibles);
  return buses.map(({ kind, parts }) => {
    const readers = new Map<number, PartReader>();
    for (const part of parts) {
      const sheet = part.sheet ?? partFor(sheets, kind, part.compatible);
      const reads = kind === 'i2c' ? i2cReader(part, sheet) : spiReader(part, sheet);
      const names = (of: NamedKind) => (sheet === undefined ? [] : namesOf(sheet, of));
      for (const reg of part.reg) readers.set(reg, { name: part.name, path: part.path, names, ...reads });
    }
    return readers;
  });
}

function namesOf(sheet: Sheet, of: NamedKind): readonly string[] {
  if (of === 'command') return (sheet.instructions ?? []).map(({ name }) => name);
  const registers = [...registersByNumber(sheet).values()];
  return of === 'register'
    ? registers.map(({ name }) => name)
    : registers.flatMap(({ fields }) => fields.map(({ name }) => name));
}

/** The two ways to read a transfer. */
type Reads = Pick<PartReader, 'text' | 'access' | 'remembers'>;

const noAccess = () => undefined;
const noNames = () => [];
const plainSpi: Reads = { text: ({ segments }) => spiText(segments, undefined), access: noAccess };

export const unknownI2c: PartReader = {
  name: '',
  text: ({ segments }) => i2cText(segments, UNKNOWN_PART),
  access: noAccess,
  names: noNames,
};
export const unknownSpi: PartReader = { name: '', names: noNames, ...plainSpi };

function i2cReader(part: TracedPart, sheet: Sheet | undefined): Reads {
  const control = sheet?.bus.i2c?.control;
  if (sheet !== undefined && control !== undefined)
    return { text: new CommandReader(control, sheet).text, access: noAccess, remembers: true };
  const dialect = i2cDialect(part, sheet);
  return {
    text: ({ segments }) => i2cText(segments, dialect),
    access: ({ segments }) => i2cAccess(segments, dialect),
  };
}

/** Address bytes of a memory: as the node has them, else as its data sheet. */
function addressBytes({ addressWidth }: TracedPart, sheet: Sheet): number | undefined {
  const width = addressWidth ?? sheet.memory?.addressWidth;
  return width === undefined ? undefined : width >> 3;
}

function spiReader(part: TracedPart, sheet: Sheet | undefined): Reads {
  const { header } = sheet?.bus.spi ?? {};
  if (sheet !== undefined && header !== undefined) {
    const registers = registersByNumber(sheet);
    return {
      text: ({ segments }) => spiRegistersText(segments, header, registers),
      access: ({ segments }) => spiRegistersAccess(segments, header, registers),
    };
  }
  if (sheet?.instructions === undefined) return plainSpi;
  const [least, most] = sheet.bus.spi?.addressBytes ?? [3, 4];
  // A flash is in three-byte mode until it is told.
  const bytes = most === 4 ? least : (addressBytes(part, sheet) ?? most);
  const dialect = spiDialect(sheet.instructions, bytes);
  return {
    text: ({ segments }) => spiText(segments, dialect),
    access: ({ segments }) => spiAccess(segments, dialect),
  };
}

/** Fields are taken from values whose most significant byte comes first. */
function withoutFields(registers: I2cDialect['registers']): I2cDialect['registers'] {
  return new Map(
    [...registers].map(([number, register]) => [
      number,
      register.bytes === 1 ? register : { ...register, fields: [] },
    ]),
  );
}

function i2cDialect(part: TracedPart, sheet: Sheet | undefined): I2cDialect {
  if (sheet === undefined) return UNKNOWN_PART;
  const registers = registersByNumber(sheet);
  switch (sheet.bus.i2c?.form) {
    case 'memory':
      return { ...UNKNOWN_PART, pointerBytes: addressBytes(part, sheet) ?? 1 };
    case 'byte registers':
    case 'word registers': {
      const { pointerBytes = 1, littleEndian } = sheet.bus.i2c;
      return {
        ...UNKNOWN_PART,
        pointerBytes,
        registers: littleEndian ? withoutFields(registers) : registers,
      };
    }
    default: {
      const commands = new Map((sheet.instructions ?? []).map(({ opcode, name }) => [opcode, name]));
      return { ...UNKNOWN_PART, commands };
    }
  }
}

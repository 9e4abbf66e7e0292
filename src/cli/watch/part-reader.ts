import { loadCatalogue, type TracedBus, type TracedPart, type TracedTransfer } from '../../board/index.ts';
import { type I2cDialect, i2cText, UNKNOWN_PART } from './decode-i2c.ts';
import { at25Dialect, SPI_NOR, type SpiDialect, spiText } from './decode-spi.ts';

/** A part as a watcher names it, and what its transfers mean. */
export interface PartReader {
  /** `temp@48`; empty where the tree has no such part. */
  readonly name: string;
  text(transfer: TracedTransfer): string;
}

/** 24Cxx up to 16 Kibit have one address byte (data sheets, "Device addressing"). */
const ONE_BYTE_EEPROM = /24c(0[0-9]|1|2|4|8|16)$|,spd$/;
const EEPROM = /(^|,)(24c\d+|spd)$/;
const FLASH = /spi-nor|w25q|mx25|n25q|mt25q|gd25|s25fl|is25/;
const AT25 = /(^|,)at25/;

/** Who can read the transfers of the parts of these buses: bus by bus, by address or chip select. */
export async function partReaders(
  buses: readonly TracedBus[],
): Promise<readonly ReadonlyMap<number, PartReader>[]> {
  const parts = buses.flatMap((bus) => bus.parts);
  const catalogue = await loadCatalogue(parts.flatMap(({ compatible }) => compatible));
  return buses.map(({ kind, parts: clients }) => {
    const readers = new Map<number, PartReader>();
    for (const part of clients) {
      const registers = catalogue.find(kind, part.compatible)?.registers;
      const text = kind === 'i2c' ? i2cReader(i2cDialect(part, registers)) : spiReader(spiDialect(part));
      for (const reg of part.reg) readers.set(reg, { name: part.name, text });
    }
    return readers;
  });
}

export const unknownI2c: PartReader = { name: '', text: i2cReader(UNKNOWN_PART) };
export const unknownSpi: PartReader = { name: '', text: spiReader(undefined) };

function i2cReader(dialect: I2cDialect): PartReader['text'] {
  return ({ segments }) => i2cText(segments, dialect);
}

function spiReader(dialect: SpiDialect | undefined): PartReader['text'] {
  return ({ segments }) => spiText(segments, dialect);
}

function i2cDialect(part: TracedPart, registers: Readonly<Record<string, number>> | undefined): I2cDialect {
  if (part.compatible.some((name) => EEPROM.test(name))) {
    const oneByte = part.compatible.some((name) => ONE_BYTE_EEPROM.test(name));
    const pointerBytes = part.addressWidth === undefined ? (oneByte ? 1 : 2) : part.addressWidth / 8;
    return { pointerBytes, names: new Map() };
  }
  if (registers === undefined) return UNKNOWN_PART;
  return {
    pointerBytes: 1,
    names: new Map(Object.entries(registers).map(([name, number]) => [number, name])),
  };
}

function spiDialect(part: TracedPart): SpiDialect | undefined {
  if (part.compatible.some((name) => FLASH.test(name))) return SPI_NOR;
  if (part.compatible.some((name) => AT25.test(name))) return at25Dialect((part.addressWidth ?? 16) >> 3);
  return undefined;
}

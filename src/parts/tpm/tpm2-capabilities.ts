import { u16, u32 } from './tpm2-bytes.ts';
import { BANKS, CC, RC, SHA1, SHA256, TpmError } from './tpm2-codes.ts';
import { PCR_COUNT, SELECT_BYTES } from './tpm2-pcrs.ts';

/** 6.12, table 22: TPM_CAP. */
const CAP = {
  ALGS: 0,
  HANDLES: 1,
  COMMANDS: 2,
  PP: 3,
  AUDIT: 4,
  PCRS: 5,
  PROPERTIES: 6,
  PCR_PROPERTIES: 7,
  CURVES: 8,
};

/** Part 2, 8.9, table 37: TPMA_CC. */
const NV = 1 << 22;
const ONE_HANDLE = 1 << 25;
const COMMAND_ATTRIBUTES: readonly number[] = [
  CC.PCR_EVENT | NV | ONE_HANDLE,
  CC.PCR_RESET | NV | ONE_HANDLE,
  CC.INCREMENTAL_SELF_TEST | NV,
  CC.SELF_TEST | NV,
  CC.STARTUP | NV,
  CC.SHUTDOWN | NV,
  CC.STIR_RANDOM | NV,
  CC.FLUSH_CONTEXT,
  CC.GET_CAPABILITY,
  CC.GET_RANDOM,
  CC.GET_TEST_RESULT,
  CC.PCR_READ,
  CC.READ_CLOCK,
  CC.PCR_EXTEND | NV | ONE_HANDLE,
];
export const IMPLEMENTED: ReadonlySet<number> = new Set(COMMAND_ATTRIBUTES.map((each) => each & 0xffff));

/** Who made it, as TPM2_GetCapability tells. */
export interface TpmMaker {
  /** Four letters at most. */
  readonly manufacturer: string;
  /** Sixteen at most. */
  readonly vendor: string;
  readonly firmware: readonly [number, number];
}

const letters = (text: string, from: number): number =>
  [0, 1, 2, 3].reduce((value, index) => ((value << 8) | (text.charCodeAt(from + index) || 0)) >>> 0, 0);

/** 6.13, table 23: TPM_PT, what is fixed and what changes. The year and day are those of revision 1.38. */
function properties({ manufacturer, vendor, firmware }: TpmMaker, started: boolean): [number, number][] {
  const values: Record<number, number> = {
    ...{ 256: letters('2.0', 0), 257: 0, 258: 138, 259: 8, 260: 2018 },
    261: letters(manufacturer, 0),
    ...Object.fromEntries([0, 1, 2, 3].map((index) => [0x106 + index, letters(vendor, 4 * index)])),
    ...{ 266: 1, 267: firmware[0], 268: firmware[1], 269: 1024, 270: 0, 271: 0, 272: 0 },
    ...{ 273: 0, 274: PCR_COUNT, 275: SELECT_BYTES, 286: 4096, 287: 4096, 288: 32 },
    // Total, library and vendor commands.
    ...{ 297: COMMAND_ATTRIBUTES.length, 298: COMMAND_ATTRIBUTES.length, 299: 0 },
    // TPMA_PERMANENT, and TPMA_STARTUP_CLEAR: all hierarchies are on.
    ...{ 512: 0, 513: started ? 0xf : 0 },
  };
  return Object.entries(values).map(([property, value]) => [Number(property), value]);
}

/** TPM_PT_PCR (6.14): 17 to 22 are those of a dynamic launch. */
const PCR_PROPERTIES: readonly (readonly [property: number, has: (pcr: number) => boolean])[] = [
  [0x00, (pcr) => pcr < 16],
  [0x01, (pcr) => pcr <= 16 || pcr === 23],
  [0x02, (pcr) => pcr === 16 || pcr === 23],
  [0x11, (pcr) => [16, 21, 22, 23].includes(pcr)],
  [0x12, (pcr) => pcr >= 17 && pcr <= 22],
];
const bitMap = (has: (pcr: number) => boolean): number[] =>
  Array.from({ length: SELECT_BYTES }, (_, byte) =>
    Array.from({ length: 8 }, (_bit, bit) => (has(8 * byte + bit) ? 1 << bit : 0)).reduce((a, b) => a | b),
  );

/** Entries of a list, each with the number that it is sorted by. */
type Entries = readonly (readonly [number: number, bytes: readonly number[]])[];

function entriesOf(
  capability: number,
  first: number,
  maker: TpmMaker,
  started: boolean,
): Entries | undefined {
  switch (capability) {
    case CAP.ALGS:
      return [SHA1, SHA256].map((each) => [each, [...u16(each), ...u32(1 << 2)]]);
    case CAP.HANDLES:
      if (first >>> 24 !== 0) return [];
      return Array.from({ length: PCR_COUNT }, (_, pcr) => [pcr, u32(pcr)] as const);
    case CAP.COMMANDS:
      return COMMAND_ATTRIBUTES.map((each) => [each & 0xffff, u32(each)]);
    case CAP.PROPERTIES:
      return properties(maker, started).map(([property, value]) => [
        property,
        [...u32(property), ...u32(value)],
      ]);
    case CAP.PCR_PROPERTIES:
      return PCR_PROPERTIES.map(([property, has]) => [
        property,
        [...u32(property), SELECT_BYTES, ...bitMap(has)],
      ]);
    case CAP.PCRS:
      return BANKS.map((bank) => [0, [...u16(bank), SELECT_BYTES, ...bitMap(() => true)]]);
    case CAP.PP:
    case CAP.AUDIT:
    case CAP.CURVES:
      return [];
    default:
      return undefined;
  }
}

/**
 * TPM2_GetCapability (part 3, 30.2): moreData, capability, and a list of at most `most` from `first` on.
 * @throws {TpmError} TPM_RC_VALUE of the first parameter
 */
export function capability(
  number: number,
  first: number,
  most: number,
  maker: TpmMaker,
  started: boolean,
): readonly number[] {
  const entries = entriesOf(number, first, maker, started);
  if (entries === undefined) throw new TpmError(RC.VALUE | 0x140);
  const whole = number === CAP.PCRS;
  const from = whole ? entries : entries.filter(([each]) => each >= first);
  const given = whole ? from : from.slice(0, most);
  return [
    given.length < from.length ? 1 : 0,
    ...u32(number),
    ...u32(given.length),
    ...given.flatMap(([, bytes]) => bytes),
  ];
}

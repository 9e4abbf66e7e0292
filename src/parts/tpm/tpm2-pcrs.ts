import { sha1, sha256 } from './sha.ts';
import { type Reader, u16, u32 } from './tpm2-bytes.ts';
import { BANKS, DIGEST_BYTES, RC, SHA1, TpmError } from './tpm2-codes.ts';

export const PCR_COUNT = 24;
/** sizeofSelect: bytes of a bit map of all PCRs. */
export const SELECT_BYTES = 3;
/** PCRs whose change does not move the counter of updates. */
const UNCOUNTED = [16, 21, 22, 23];
/** TCG PC Client PTP, 4.6.1: which localities may extend, or reset, a PCR, a bit each; others: all, and none. */
const EXTEND: Readonly<Record<number, number>> = { 17: 0x1c, 18: 0x1c, 19: 0x0c, 20: 0x0e, 21: 4, 22: 4 };
const RESET: Readonly<Record<number, number>> = {
  ...{ 16: 0x1f, 17: 0x10, 18: 0x10, 19: 0x10, 20: 0x14, 21: 0x14, 22: 0x14, 23: 0x1f },
};
/** TPML_DIGEST has room for so many. */
const MOST_DIGESTS = 8;

export const hashOf = (algorithm: number) => (algorithm === SHA1 ? sha1 : sha256);

export type PcrValues = readonly (readonly [algorithm: number, number: number, value: readonly number[]])[];

export interface PcrState {
  /** Those that are not as they were at the start. */
  values: PcrValues;
  counter: number;
}

/** TPML_PCR_SELECTION (10.9.7): for each bank a bit map. */
export interface Selection {
  readonly algorithm: number;
  readonly bits: readonly number[];
}

export function readSelections(from: Reader): readonly Selection[] {
  const count = from.u32();
  if (count > 16) throw from.wrong(RC.SIZE);
  return Array.from({ length: count }, () => {
    const algorithm = from.u16();
    if (DIGEST_BYTES[algorithm] === undefined) throw from.wrong(RC.HASH);
    const bytes = from.u8();
    if (bytes < SELECT_BYTES || bytes > SELECT_BYTES) throw from.wrong(RC.VALUE);
    return { algorithm, bits: from.take(bytes) };
  });
}

export const selectionBytes = (selections: readonly Selection[]) => [
  ...u32(selections.length),
  ...selections.flatMap(({ algorithm, bits }) => [...u16(algorithm), bits.length, ...bits]),
];

/** The platform configuration registers. */
export class Pcrs {
  readonly #state: PcrState;

  constructor(state: PcrState) {
    this.#state = state;
  }

  /** 17 to 22 are all ones until a dynamic launch. */
  value(algorithm: number, number: number): readonly number[] {
    const fill = number >= 17 && number <= 22 ? 0xff : 0;
    const bytes = DIGEST_BYTES[algorithm] as number;
    const changed = this.#state.values.find((each) => each[0] === algorithm && each[1] === number);
    return changed?.[2] ?? new Array<number>(bytes).fill(fill);
  }

  extend(number: number, algorithm: number, digest: readonly number[]): void {
    this.#set(algorithm, number, hashOf(algorithm)([...this.value(algorithm, number), ...digest]));
  }

  #set(algorithm: number, number: number, value: readonly number[]): void {
    const others = this.#state.values.filter((each) => each[0] !== algorithm || each[1] !== number);
    this.#state.values = [...others, [algorithm, number, value]];
  }

  /** One command changed it, in however many banks. */
  count(number: number): void {
    if (!UNCOUNTED.includes(number)) this.#state.counter = (this.#state.counter + 1) >>> 0;
  }

  get counter(): number {
    return this.#state.counter;
  }

  mayExtend(number: number, locality: number): boolean {
    return (((EXTEND[number] ?? 0x1f) >> locality) & 1) === 1;
  }

  /** @throws {TpmError} TPM_RC_LOCALITY */
  reset(number: number, locality: number): void {
    if ((((RESET[number] ?? 0) >> locality) & 1) === 0) throw new TpmError(RC.LOCALITY);
    for (const algorithm of BANKS) {
      this.#set(algorithm, number, new Array<number>(DIGEST_BYTES[algorithm] as number).fill(0));
    }
    this.count(number);
  }

  /** TPM2_PCR_Read (part 3, 22.4): as many of the selected ones as there is room for, and which these are. */
  read(selections: readonly Selection[]): { selected: readonly Selection[]; digests: readonly number[][] } {
    const digests: number[][] = [];
    const selected = selections.map(({ algorithm, bits }) => {
      const taken = bits.map(() => 0);
      for (let number = 0; number < PCR_COUNT; number++) {
        const bit = 1 << (number & 7);
        if (((bits[number >> 3] ?? 0) & bit) === 0 || digests.length === MOST_DIGESTS) continue;
        taken[number >> 3] = (taken[number >> 3] ?? 0) | bit;
        digests.push([...this.value(algorithm, number)]);
      }
      return { algorithm, bits: taken };
    });
    return { selected, digests };
  }
}

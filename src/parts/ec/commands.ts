import { EcError, RESULT } from './frame.ts';

/** Little-endian values of a request; one that is not there ends the command with INVALID_PARAM. */
export class Params {
  readonly #bytes: Uint8Array;
  #at = 0;
  readonly version: number;

  constructor(bytes: Uint8Array, version: number) {
    this.#bytes = bytes;
    this.version = version;
  }

  take(count: number): Uint8Array {
    if (this.#at + count > this.#bytes.length) throw new EcError(RESULT.INVALID_PARAM);
    this.#at += count;
    return this.#bytes.subarray(this.#at - count, this.#at);
  }

  #number(bytes: number): number {
    return this.take(bytes).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  u8 = () => this.#number(1);
  u16 = () => this.#number(2);
  u32 = () => this.#number(4);
}

export const u16 = (value: number) => [value & 0xff, (value >> 8) & 0xff];
export const u32 = (value: number) => [...u16(value & 0xffff), ...u16(value >>> 16)];
/** Characters in a field of so many bytes. */
export const text = (value: string, bytes: number) =>
  Array.from({ length: bytes }, (_, index) => (index < bytes - 1 ? value.charCodeAt(index) || 0 : 0));

export type Command = (params: Params) => readonly number[];
/** Commands by their numbers, with the versions that there are as bits. */
export type Commands = ReadonlyMap<number, readonly [versions: number, run: Command]>;

/** Runs one of `commands`; 08h tells which there are. */
export function commandRunner(
  commands: Commands,
): (command: number, version: number, data: Uint8Array) => readonly number[] {
  const versionsOf = (command: number) => {
    if (command === GET_CMD_VERSIONS) return 3;
    return commands.get(command)?.[0] ?? 0;
  };
  return (command, version, data) => {
    const versions = versionsOf(command);
    if (versions === 0) throw new EcError(RESULT.INVALID_COMMAND);
    if (version > 31 || ((versions >> version) & 1) === 0) throw new EcError(RESULT.INVALID_VERSION);
    const params = new Params(data, version);
    if (command !== GET_CMD_VERSIONS) return commands.get(command)?.[1](params) ?? [];
    const asked = versionsOf(version === 0 ? params.u8() : params.u16());
    if (asked === 0) throw new EcError(RESULT.INVALID_PARAM);
    return u32(asked);
  };
}
const GET_CMD_VERSIONS = 0x08;

/** Commands as a list that several of them make a map. */
export type CommandList = readonly (readonly [
  number: number,
  command: readonly [versions: number, run: Command],
])[];

/** @throws {EcError} INVALID_PARAM */
export function fail(): never {
  throw new EcError(RESULT.INVALID_PARAM);
}

/** @throws {EcError} INVALID_PARAM for what is not below `most` */
export const below = (index: number, most: number) => (index < most ? index : fail());

/** A command without an answer. */
export function store(action: () => void): readonly number[] {
  action();
  return [];
}

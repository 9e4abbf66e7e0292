import { sha256 } from './sha.ts';
import { Reader, sized, u16, u32, u64 } from './tpm2-bytes.ts';
import { capability, IMPLEMENTED, type TpmMaker } from './tpm2-capabilities.ts';
import {
  BANKS,
  CC,
  DIGEST_BYTES,
  handle,
  NO_SESSIONS,
  RC,
  RS_PW,
  SESSIONS,
  session,
  TpmError,
} from './tpm2-codes.ts';
import {
  hashOf,
  PCR_COUNT,
  type PcrState,
  Pcrs,
  type PcrValues,
  readSelections,
  selectionBytes,
} from './tpm2-pcrs.ts';

/** What the commands change: plain data, part of a snapshot. */
export interface Tpm2State extends PcrState {
  started: boolean;
  /** By TPM2_Shutdown(STATE): the PCRs that TPM2_Startup(STATE) brings back, also after a loss of power. */
  saved: PcrValues | undefined;
  resets: number;
  restarts: number;
  /** The state of the random numbers: bytes that were stirred in, and how many blocks were taken. */
  stirred: readonly number[];
  drawn: number;
}

export const newTpm2State = (): Tpm2State => ({
  ...{ values: [], counter: 0, started: false, saved: undefined },
  ...{ resets: 0, restarts: 0, stirred: [], drawn: 0 },
});

/** What it lives in. */
export interface Tpm2World {
  readonly maker: TpmMaker;
  /** ms since power-on. */
  elapsedMs(): number;
  /** Where its random numbers begin. */
  seed(): number;
  /** Its self test finds a fault. */
  broken(): boolean;
}

const STARTUP_CLEAR = 0;
const STARTUP_STATE = 1;
/** Commands that a TPM in failure mode knows (part 1, 12.4.1). */
const IN_FAILURE: ReadonlySet<number> = new Set([CC.GET_TEST_RESULT, CC.GET_CAPABILITY]);
/** Commands whose handle needs an authorization (part 3: "@pcrHandle"). */
const AUTHORIZED: ReadonlySet<number> = new Set([CC.PCR_EVENT, CC.PCR_EXTEND, CC.PCR_RESET]);

const reply = (tag: number, code: number, bytes: readonly number[]) => [
  ...u16(tag),
  ...u32(10 + bytes.length),
  ...u32(code),
  ...bytes,
];

/**
 * The commands of the TPM 2.0 Library (part 3) that an operating system sends when it starts a TPM, measures into it and
 * takes random numbers from it. All others are answered with TPM_RC_COMMAND_CODE.
 */
export class Tpm2 {
  readonly #state: Tpm2State;
  readonly #world: Tpm2World;
  readonly #pcrs: Pcrs;

  constructor(state: Tpm2State, world: Tpm2World) {
    this.#state = state;
    this.#world = world;
    this.#pcrs = new Pcrs(state);
  }

  /** @returns the whole response, from its tag on */
  execute(command: readonly number[], locality: number): readonly number[] {
    try {
      return this.#execute(command, locality);
    } catch (error) {
      if (error instanceof TpmError) return reply(NO_SESSIONS, error.code, []);
      throw error;
    }
  }

  /** Part 3, 5.2 to 5.6, in this order. */
  #execute(command: readonly number[], locality: number): readonly number[] {
    const reader = new Reader(command);
    if (command.length < 10) throw new TpmError(RC.COMMAND_SIZE);
    const tag = reader.u16();
    if (tag !== NO_SESSIONS && tag !== SESSIONS) throw new TpmError(RC.BAD_TAG);
    if (reader.u32() !== command.length) throw new TpmError(RC.COMMAND_SIZE);
    const code = reader.u32();
    if (this.#world.broken() && !IN_FAILURE.has(code)) throw new TpmError(RC.FAILURE);
    if (!IMPLEMENTED.has(code)) throw new TpmError(RC.COMMAND_CODE);
    if (!this.#state.started && code !== CC.STARTUP && !this.#world.broken())
      throw new TpmError(RC.INITIALIZE);
    const pcr = AUTHORIZED.has(code) ? pcrHandle(reader) : 0;
    if (tag === SESSIONS) authorize(reader, AUTHORIZED.has(code));
    else if (AUTHORIZED.has(code)) throw new TpmError(RC.AUTH_MISSING);
    const bytes = this.#run(code, reader, pcr, locality);
    if (tag === NO_SESSIONS) return reply(tag, RC.SUCCESS, bytes);
    // No nonce, the session goes on, no HMAC.
    return reply(tag, RC.SUCCESS, [...u32(bytes.length), ...bytes, 0, 0, 1, 0, 0]);
  }

  #run(code: number, reader: Reader, pcr: number, locality: number): readonly number[] {
    switch (code) {
      case CC.STARTUP:
        return this.#startup(last(reader, reader.next().u16()));
      case CC.SHUTDOWN:
        return this.#shutdown(last(reader, reader.next().u16()));
      case CC.SELF_TEST:
        if (last(reader, reader.next().u8()) > 1) throw reader.wrong(RC.VALUE);
        return [];
      case CC.INCREMENTAL_SELF_TEST:
        last(reader, reader.next().take(2 * reader.u32()));
        return u32(0);
      case CC.GET_TEST_RESULT:
        last(reader, 0);
        return [...sized([]), ...u32(this.#world.broken() ? RC.FAILURE : RC.SUCCESS)];
      case CC.GET_CAPABILITY: {
        const [number, first] = [reader.next().u32(), reader.next().u32()];
        const most = last(reader, reader.next().u32());
        return capability(number, first, most, this.#world.maker, this.#state.started);
      }
      case CC.GET_RANDOM:
        return sized(this.#random(Math.min(last(reader, reader.next().u16()), 32)));
      case CC.STIR_RANDOM:
        this.#state.stirred = sha256([...this.#state.stirred, ...last(reader, reader.next().sized(128))]);
        return [];
      case CC.READ_CLOCK:
        last(reader, 0);
        return this.#clock();
      case CC.FLUSH_CONTEXT:
        // Nothing is ever loaded.
        last(reader, reader.next().u32());
        throw reader.wrong(RC.HANDLE);
      case CC.PCR_READ: {
        const { selected, digests } = this.#pcrs.read(last(reader, readSelections(reader.next())));
        const list = [...u32(digests.length), ...digests.flatMap(sized)];
        return [...u32(this.#pcrs.counter), ...selectionBytes(selected), ...list];
      }
      default:
        return this.#changePcr(code, reader, pcr, locality);
    }
  }

  #changePcr(code: number, reader: Reader, pcr: number, locality: number): readonly number[] {
    if (code === CC.PCR_RESET) {
      last(reader, 0);
      this.#pcrs.reset(pcr, locality);
      return [];
    }
    const digests = code === CC.PCR_EVENT ? eventDigests(reader) : readDigests(reader);
    if (!this.#pcrs.mayExtend(pcr, locality)) throw new TpmError(RC.LOCALITY);
    for (const [algorithm, digest] of digests) this.#pcrs.extend(pcr, algorithm, digest);
    if (digests.length > 0) this.#pcrs.count(pcr);
    return code === CC.PCR_EVENT
      ? [...u32(digests.length), ...digests.flatMap(([algorithm, digest]) => [...u16(algorithm), ...digest])]
      : [];
  }

  /** 9.3: CLEAR forgets what was measured, STATE brings back what TPM2_Shutdown(STATE) has put aside. */
  #startup(type: number): readonly number[] {
    const state = this.#state;
    if (state.started) throw new TpmError(RC.INITIALIZE);
    if (type > STARTUP_STATE || (type === STARTUP_STATE && state.saved === undefined)) {
      throw new TpmError(RC.VALUE | 0x140);
    }
    if (type === STARTUP_CLEAR) state.resets++;
    else state.restarts++;
    state.values = type === STARTUP_STATE ? (state.saved ?? []) : [];
    state.saved = undefined;
    state.started = true;
    return [];
  }

  #shutdown(type: number): readonly number[] {
    if (type > STARTUP_STATE) throw new TpmError(RC.VALUE | 0x140);
    this.#state.saved = type === STARTUP_STATE ? this.#state.values : undefined;
    return [];
  }

  #random(count: number): readonly number[] {
    const state = this.#state;
    const block = sha256([...u32(this.#world.seed()), ...u32(state.drawn), ...state.stirred]);
    state.drawn = (state.drawn + 1) >>> 0;
    return block.slice(0, count);
  }

  /** TPMS_TIME_INFO (10.11.6): time, and clock, since power-on; the clock is safe. */
  #clock(): readonly number[] {
    const ms = u64(this.#world.elapsedMs());
    return [...ms, ...ms, ...u32(this.#state.resets), ...u32(this.#state.restarts), 1];
  }
}

/** A parameter after which nothing may come. @throws {TpmError} TPM_RC_SIZE */
function last<T>(reader: Reader, value: T): T {
  if (reader.left > 0) throw new TpmError(RC.SIZE);
  return value;
}

function pcrHandle(reader: Reader): number {
  if (reader.left < 4) throw new TpmError(handle(RC.INSUFFICIENT, 1));
  const number = reader.u32();
  if (number >= PCR_COUNT) throw new TpmError(handle(RC.VALUE, 1));
  return number;
}

/** The authorization area: one password, which is empty. */
function authorize(reader: Reader, wanted: boolean): void {
  const area = new Reader(reader.left < 4 ? [] : reader.take(Math.min(reader.u32(), reader.left)));
  if (area.left < 9) throw new TpmError(RC.AUTH_SIZE);
  if (!wanted) throw new TpmError(RC.AUTH_CONTEXT);
  if (area.u32() !== RS_PW) throw new TpmError(session(RC.VALUE, 1));
  if (area.sized(0xffff).length > 0) throw new TpmError(session(RC.SIZE, 1));
  area.u8();
  if (area.sized(0xffff).length > 0) throw new TpmError(session(RC.BAD_AUTH, 1));
  if (area.left > 0) throw new TpmError(RC.AUTH_SIZE);
}

type Digests = readonly (readonly [algorithm: number, digest: readonly number[]])[];

/** TPML_DIGEST_VALUES (10.9.6). */
function readDigests(reader: Reader): Digests {
  const count = reader.next().u32();
  if (count > BANKS.length) throw reader.wrong(RC.SIZE);
  const digests = Array.from({ length: count }, () => {
    const algorithm = reader.u16();
    const bytes = DIGEST_BYTES[algorithm];
    if (bytes === undefined) throw reader.wrong(RC.HASH);
    return [algorithm, reader.take(bytes)] as const;
  });
  return last(reader, digests);
}

/** TPM2_PCR_Event (22.3): the TPM hashes by itself, for every bank. */
function eventDigests(reader: Reader): Digests {
  const data = last(reader, reader.next().sized(1024));
  return BANKS.map((algorithm) => [algorithm, hashOf(algorithm)(data)]);
}

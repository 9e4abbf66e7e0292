import type { I2cBehaviour, SpiBehaviour } from '../model.ts';

/** Results of host commands (`enum ec_status`). */
export const RESULT = {
  SUCCESS: 0,
  INVALID_COMMAND: 1,
  ERROR: 2,
  INVALID_PARAM: 3,
  INVALID_VERSION: 6,
  INVALID_CHECKSUM: 7,
  UNAVAILABLE: 9,
  INVALID_HEADER: 12,
  REQUEST_TRUNCATED: 13,
} as const;

/** What ends a command with a result that is not success. */
export class EcError extends Error {
  readonly result: number;
  constructor(result: number) {
    super(`EC_RES ${result}`);
    this.result = result;
  }
}

/** Runs a command of a version. @returns the data of its response. @throws {EcError} */
export type RunCommand = (command: number, version: number, data: Uint8Array) => readonly number[];

const VERSION = 3;
/** Request and response headers (`struct ec_host_request`, `ec_host_response`). */
const HEADER_BYTES = 8;

const sum = (bytes: Iterable<number>) => [...bytes].reduce((total, byte) => (total + byte) & 0xff, 0);

/** A response packet: all its bytes are 0 in total. */
function responseOf(result: number, data: readonly number[]): number[] {
  const low = (value: number) => [value & 0xff, value >> 8];
  const packet = [VERSION, 0, ...low(result), ...low(data.length), 0, 0, ...data];
  packet[1] = (0x100 - sum(packet)) & 0xff;
  return packet;
}

/** Answers a request packet of protocol version 3. */
function answer(packet: Uint8Array, run: RunCommand): number[] {
  try {
    if (packet.length < HEADER_BYTES) throw new EcError(RESULT.REQUEST_TRUNCATED);
    const [version = 0, , low = 0, high = 0, commandVersion = 0] = packet;
    if (version !== VERSION) throw new EcError(RESULT.INVALID_HEADER);
    const wanted = requestBytes(packet);
    if (packet.length < wanted) throw new EcError(RESULT.REQUEST_TRUNCATED);
    if (sum(packet.subarray(0, wanted)) !== 0) throw new EcError(RESULT.INVALID_CHECKSUM);
    return responseOf(
      RESULT.SUCCESS,
      run(low | (high << 8), commandVersion, packet.subarray(HEADER_BYTES, wanted)),
    );
  } catch (error) {
    if (error instanceof EcError) return responseOf(error.result, []);
    throw error;
  }
}

/** Bytes of a request whose header is there. */
const requestBytes = (packet: ArrayLike<number>) =>
  HEADER_BYTES + ((packet[6] ?? 0) | ((packet[7] ?? 0) << 8));

/** What it sends while no response is due: `EC_SPI_…`. */
const SPI = {
  FRAME_START: 0xec,
  PAST_END: 0xed,
  RX_READY: 0xf8,
  RECEIVING: 0xf9,
  PROCESSING: 0xfa,
  BAD_DATA: 0xfb,
};

/** Plain data, part of a snapshot. */
export interface FrameState {
  received: number[];
  sent: number[];
  /** The request is whole, or was wrong: what is sent comes from `sent`. */
  answers: boolean;
}
export const newFrameState = (): FrameState => ({ received: [], sent: [], answers: false });

/**
 * SPI, full duplex: the request; while it is carried out the host reads on, until a frame byte, and the response behind it.
 * @param most bytes of a request
 */
export function ecSpi(state: FrameState, most: number, run: RunCommand): SpiBehaviour {
  const restart = () => Object.assign(state, newFrameState());
  function exchange(byte: number): number {
    if (state.answers) return state.sent.shift() ?? SPI.PAST_END;
    const { received } = state;
    const status = received.length === 0 ? SPI.RX_READY : SPI.RECEIVING;
    received.push(byte);
    const isWrong =
      received[0] !== VERSION || (received.length >= HEADER_BYTES && requestBytes(received) > most);
    if (isWrong) {
      Object.assign(state, { answers: true, sent: new Array<number>(64).fill(SPI.BAD_DATA) });
    } else if (received.length >= HEADER_BYTES && received.length === requestBytes(received)) {
      const response = answer(Uint8Array.from(received), run);
      Object.assign(state, { answers: true, sent: [SPI.PROCESSING, SPI.FRAME_START, ...response] });
    }
    return status;
  }
  return {
    select: restart,
    transfer(tx, rx, length) {
      for (let index = 0; index < length; index++) {
        const sent = exchange(tx?.[index] ?? 0);
        if (rx !== undefined) rx[index] = sent;
      }
    },
    deselect: restart,
  };
}

/** In front of a request on I2C. */
const COMMAND_PROTOCOL_3 = 0xda;

/** I2C: a byte in front of the request; result and length in front of the response. */
export function ecI2c(state: FrameState, most: number, run: RunCommand): I2cBehaviour {
  function execute(): void {
    if (state.received.length === 0) return;
    const [protocol, ...packet] = state.received;
    state.received = [];
    // Without a whole header a host sees that the older protocol does not know the command.
    const response = protocol === COMMAND_PROTOCOL_3 ? answer(Uint8Array.from(packet), run) : [];
    state.sent = [protocol === COMMAND_PROTOCOL_3 ? (response[2] ?? 0) : RESULT.INVALID_COMMAND];
    state.sent.push(response.length, ...response);
  }
  return {
    start(_address, read) {
      if (read) execute();
      else state.received = [];
      return true;
    },
    write(data) {
      const taken = data.subarray(0, Math.max(0, most + 1 - state.received.length));
      state.received.push(...taken);
      return taken.length;
    },
    read(into) {
      for (let index = 0; index < into.length; index++) into[index] = state.sent.shift() ?? 0xff;
    },
    stop: execute,
  };
}

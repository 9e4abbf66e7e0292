import { BusFault, SPI_MODE_X_MASK, type SpiController, type SpiTransfer } from '../../src/bus/index.ts';
import {
  checkSpiMessage,
  clockTooSlow,
  type Move,
  type Segment,
  type Step,
  segmentsOf,
  slowestClock,
} from '../link/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import { frame, invalidAnswer, type UsbIssConnection } from './connection.ts';
import { ACK, COMMAND, SPI_DATA_MAX, SPI_DIVISOR, SPI_MODES, spiHz } from './protocol.ts';

const WHO = 'a USB-ISS';
const DEFAULT_HZ = 1_000_000;
const MS_PER_BYTE_AND_HZ = 8000;

/** Bytes that go out while the chip is selected, and where what comes meanwhile goes. */
interface Frame {
  readonly bytes: Uint8Array;
  readonly reads: readonly { readonly at: number; readonly into: Uint8Array }[];
}

/** What a message left its chip selected for: it goes out with what follows, since each frame selects and deselects. */
interface Held {
  readonly mode: number;
  readonly divisor: number;
  readonly bytes: Uint8Array;
  /** `UsbIssConnection.epoch` at that time. */
  readonly epoch: number;
}

/** The SPI bus of a USB-ISS: a frame is what goes out while its one chip is selected, up to 62 bytes. */
export class UsbIssSpiController implements SpiController {
  readonly synchronous = false;
  readonly capabilities = SPI_CAPABILITIES;
  readonly #connection: UsbIssConnection;
  #held: Held | undefined;

  constructor(connection: UsbIssConnection) {
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  /** The bus was opened or closed: nothing is selected. */
  reset(): void {
    this.#held = undefined;
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    const held = this.#held?.mode === mode ? this.#held : undefined;
    const { segments, finish } = segmentsOf(mode, transfers);
    let frames: Frame[];
    let divisor: number;
    try {
      checkSpiMessage(this.capabilities, WHO, chipSelect, mode, transfers);
      divisor = divisorOf(transfers);
      frames = segments.map((segment, i) => frameOf(segment, i === 0 ? held?.bytes : undefined));
    } catch (error) {
      await this.deselect();
      throw error;
    }
    if (held === undefined) await this.deselect(signal);
    this.#held = undefined;
    const last = segments.at(-1)?.keep ? frames.pop() : undefined;
    await this.#connection.use(async () => {
      const { epoch } = this.#connection;
      if (held !== undefined && held.epoch !== epoch)
        throw new BusFault('EIO', `${this.description} was lost while the chip was selected`);
      await this.#send(mode, divisor, frames, signal);
      if (last !== undefined) this.#held = { mode, divisor, bytes: last.bytes, epoch };
    }, signal);
    finish();
  }

  async deselect(signal?: AbortSignal): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined || held.epoch !== this.#connection.epoch) return;
    const { mode, divisor, bytes } = held;
    await this.#connection.use(() => this.#send(mode, divisor, [{ bytes, reads: [] }], signal), signal);
  }

  async #send(
    mode: number,
    divisor: number,
    frames: readonly Frame[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const connection = this.#connection;
    const steps = frames.filter(({ bytes }) => bytes.length > 0).map(stepOf);
    if (steps.length === 0) return;
    await connection.setSpi(SPI_MODES[mode & SPI_MODE_X_MASK] as number, divisor, signal);
    const longest = Math.max(...frames.map(({ bytes }) => bytes.length));
    await connection.must(steps, signal, (longest * MS_PER_BYTE_AND_HZ) / spiHz(divisor));
  }
}

/** @throws {BusFault} `EINVAL` slower than it can */
function divisorOf(transfers: readonly SpiTransfer[]): number {
  const asked = slowestClock(transfers) ?? DEFAULT_HZ;
  const divisor = Math.max(SPI_DIVISOR.MIN, Math.ceil(spiHz(0) / asked) - 1);
  if (divisor > SPI_DIVISOR.MAX) throw clockTooSlow('SPI', asked, WHO, Math.ceil(spiHz(SPI_DIVISOR.MAX)));
  return divisor;
}

/** @param before what the chip was left selected for. @throws {BusFault} `EMSGSIZE`, `EOPNOTSUPP` */
function frameOf({ moves, keep }: Segment, before: Uint8Array = new Uint8Array(0)): Frame {
  const length = moves.reduce((sum, move) => sum + move.length, before.length);
  if (length > SPI_DATA_MAX)
    throw new BusFault(
      'EMSGSIZE',
      `${length} bytes while the chip is selected are too many: ${WHO} takes at most ${SPI_DATA_MAX}`,
    );
  if (keep && moves.some(({ rx }) => rx !== undefined))
    throw new BusFault(
      'EOPNOTSUPP',
      `${WHO} cannot leave a chip selected behind what it received: it deselects the chip behind each frame`,
    );
  const bytes = new Uint8Array(length);
  bytes.set(before);
  const reads: { at: number; into: Uint8Array }[] = [];
  let at = before.length;
  for (const { tx, rx, length: size } of moves as readonly Move[]) {
    if (tx !== undefined) bytes.set(tx, at);
    if (rx !== undefined) reads.push({ at, into: rx });
    at += size;
  }
  return { bytes, reads };
}

function stepOf({ bytes, reads }: Frame): Step {
  return frame([COMMAND.SPI, ...bytes], 1 + bytes.length, (reply) => {
    if (reply[0] !== ACK) return invalidAnswer('a frame was refused', reply[0] ?? 0);
    for (const { at, into } of reads) into.set(reply.subarray(1 + at, 1 + at + into.length));
    return undefined;
  });
}

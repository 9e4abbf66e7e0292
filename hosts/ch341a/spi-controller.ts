import { BusFault, type SpiCapabilities, type SpiController, type SpiTransfer } from '../../src/bus/index.ts';
import type { UsbConnection } from '../../src/usb/index.ts';
import { checkSpiMessage, type Move, segmentsOf } from '../link/index.ts';
import { CLOCK_HZ, SPI_CAPABILITIES } from './capabilities.ts';
import type { Ch341aConnection } from './connection.ts';
import { ENDPOINT, PACKET_BYTES, reverseBits, SPI_BYTES_MAX, STREAM } from './protocol.ts';

/** Packets that are sent ahead of their answers: as many as flashrom's. */
const AHEAD = 32;

/** The SPI bus of a CH341A: mode 0 at a fixed clock. */
export class Ch341aSpiController implements SpiController {
  readonly capabilities: SpiCapabilities;
  readonly #connection: Ch341aConnection;

  constructor(connection: Ch341aConnection, chipSelects: number) {
    this.capabilities = { ...SPI_CAPABILITIES, chipSelects };
    this.#connection = connection;
  }

  get description(): string {
    return this.#connection.description;
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      check(this.capabilities, chipSelect, mode, transfers);
    } catch (error) {
      await this.deselect();
      throw error;
    }
    await this.#connection.use((usb) => this.#transfer(usb, chipSelect, mode, transfers, signal), signal);
  }

  async deselect(): Promise<void> {
    await this.#connection.deselect();
  }

  async #transfer(
    usb: UsbConnection,
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const connection = this.#connection;
    const { held } = connection;
    if (held !== undefined && held !== chipSelect) await connection.select(undefined, signal);
    let selected = held === chipSelect;
    const { segments, finish } = segmentsOf(mode, transfers);
    for (const { moves, keep } of segments) {
      if (!selected) await connection.select(chipSelect, signal);
      for (const move of moves) await this.#exchange(usb, move, signal);
      selected = keep;
      if (!keep) await connection.select(undefined, signal);
    }
    connection.held = selected ? chipSelect : undefined;
    finish();
  }

  /** Both ways at once; without `tx` zeros are sent. */
  async #exchange(
    usb: UsbConnection,
    { tx, rx, length }: Move,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const sent = reverseBits(tx ?? new Uint8Array(length));
    const run = AHEAD * SPI_BYTES_MAX;
    for (let from = 0; from < length; from += run) {
      const data = sent.subarray(from, from + run);
      const packets = Math.ceil(data.length / SPI_BYTES_MAX);
      const out = new Uint8Array(data.length + packets);
      for (let packet = 0; packet < packets; packet++) {
        out[packet * PACKET_BYTES] = STREAM.SPI;
        const part = data.subarray(packet * SPI_BYTES_MAX, (packet + 1) * SPI_BYTES_MAX);
        out.set(part, packet * PACKET_BYTES + 1);
      }
      const reads = Array.from({ length: packets }, () => usb.in(ENDPOINT.IN, PACKET_BYTES, signal));
      const [, ...answers] = await Promise.all([usb.out(ENDPOINT.OUT, out, signal), ...reads]);
      this.#take(answers, data.length, rx?.subarray(from, from + run));
    }
  }

  #take(answers: readonly Uint8Array[], length: number, rx: Uint8Array | undefined): void {
    answers.forEach((answer, packet) => {
      const at = packet * SPI_BYTES_MAX;
      const due = Math.min(SPI_BYTES_MAX, length - at);
      if (answer.length !== due)
        throw new BusFault('EPROTO', `${this.description} answered ${answer.length} bytes, not ${due}`);
      rx?.set(reverseBits(answer), at);
    });
  }
}

function check(
  capabilities: SpiCapabilities,
  chipSelect: number,
  mode: number,
  transfers: readonly SpiTransfer[],
): void {
  checkSpiMessage(capabilities, 'a CH341A', chipSelect, mode, transfers);
  for (const { speedHz } of transfers)
    if (speedHz > 0 && speedHz < CLOCK_HZ)
      throw new BusFault(
        'EINVAL',
        `invalid SPI clock ${speedHz} Hz: a CH341A always clocks at up to ${CLOCK_HZ} Hz`,
      );
}

import { BusFault, type SpiCapabilities, type SpiController, type SpiTransfer } from '../../src/bus/index.ts';
import { allOrNone, breakable, takeBack, type UsbConnection } from '../../src/usb/index.ts';
import { checkSpiMessage, segmentsOf } from '../link/index.ts';
import { CLOCK_HZ, SPI_CAPABILITIES } from './capabilities.ts';
import type { Ch341aConnection } from './connection.ts';
import { ENDPOINT, PACKET_BYTES, pinStream } from './protocol.ts';
import { SpiStream, type StreamAnswer, type StreamTransfer, TRANSFER_PACKETS } from './spi-stream.ts';

/** Answers that are waited for at once: enough that the wire never waits for us. */
const ANSWERS_MAX = 2 * TRANSFER_PACKETS;

/** The SPI bus of a CH341A: mode 0 at a fixed clock. */
export class Ch341aSpiController implements SpiController {
  readonly capabilities: SpiCapabilities;
  readonly joinsMessages = true;
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
    const { segments, finish } = segmentsOf(mode, transfers);
    const out = new SpiStream();
    let selected = connection.held;
    for (const { moves, keep } of segments) {
      // A chip that was selected, or is to be anew, is deselected first.
      if (selected !== chipSelect) {
        if (selected !== undefined) out.pins(pinStream(connection.pins, undefined));
        out.pins(pinStream(connection.pins, chipSelect));
      }
      out.exchange(moves);
      if (!keep) out.pins(pinStream(connection.pins, undefined));
      selected = keep ? chipSelect : undefined;
    }
    await breakable(signal, (broken) => this.#send(usb, out.transfers(), broken));
    connection.held = selected;
    finish();
  }

  /** Sends transfers ahead of their answers. */
  async #send(
    usb: UsbConnection,
    transfers: readonly StreamTransfer[],
    broken: AbortController,
  ): Promise<void> {
    const underWay: { readonly done: Promise<void>; readonly answers: number }[] = [];
    let due = 0;
    const oldest = async (): Promise<void> => {
      const first = underWay.shift();
      await first?.done;
      due -= first?.answers ?? 0;
    };
    try {
      for (const transfer of transfers) {
        while (due > 0 && due + transfer.answers.length > ANSWERS_MAX) await oldest();
        const done = this.#run(usb, transfer, broken);
        done.catch(() => {});
        due += transfer.answers.length;
        underWay.push({ done, answers: transfer.answers.length });
      }
      while (underWay.length > 0) await oldest();
    } catch (error) {
      // What waits for answers any longer would take those of the next message.
      await takeBack(
        broken,
        underWay.map(({ done }) => done),
        error,
      );
    }
  }

  /** Whoever waits for the answers is there before they come: then they come at once. */
  async #run(usb: UsbConnection, { bytes, answers }: StreamTransfer, broken: AbortController): Promise<void> {
    const { signal } = broken;
    let wrong: string | undefined;
    const take = (data: Uint8Array, length: number, place: number): void => {
      const answer = answers[place] as StreamAnswer;
      if (length === answer.length) answer.take(data);
      else wrong ??= `${length} bytes, not ${answer.length}`;
    };
    const read = usb.inEach(ENDPOINT.IN, PACKET_BYTES, answers.length, take, signal);
    await allOrNone(broken, [usb.out(ENDPOINT.OUT, bytes, signal), read]);
    if (wrong !== undefined) throw new BusFault('EPROTO', `${this.description} answered ${wrong}`);
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

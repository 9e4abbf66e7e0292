import {
  BusFault,
  type HostAdapter,
  SPI_MODE,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';
import { checkSpiMessage, type LinkOpener, type Move, type Step, segmentsOf } from '../link/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import { command, DriverConnection, step } from './connection.ts';
import { COUNT_MAX, READ, SPI, SPI_HZ, SPI_NAME, WRITE } from './protocol.ts';

const WHO = 'an SPIDriver';
const MODE_MASK = 3;
/** From this version on it has `SPI.MODE`. */
const MODE_VERSION = 2;
/** An SPIDriver: up to 64 bytes a command, at 500 kHz. */
export class SpiDriverAdapter implements HostAdapter, SpiController {
  readonly synchronous = false;
  readonly spi: SpiController = this;
  readonly unavailable: () => BusFault | undefined;
  readonly #connection: DriverConnection;
  #mode: number | undefined;
  /** The mode of the message that left its chip selected. */
  #heldMode: number | undefined;

  /** @param name what its port is called until it is open */
  constructor(name: string, openLink: LinkOpener, unavailable: () => BusFault | undefined = () => undefined) {
    this.unavailable = unavailable;
    const kind = { name: SPI_NAME, title: WHO, free: () => [command([SPI.DESELECT])] };
    this.#connection = new DriverConnection(name, kind, openLink);
    this.#connection.onReset = () => {
      this.#mode = undefined;
      this.#heldMode = undefined;
    };
  }

  get description(): string {
    return this.#connection.description;
  }

  /** With what its version can, once it was open. */
  get capabilities(): SpiCapabilities {
    if (this.#hasModes) return SPI_CAPABILITIES;
    return { ...SPI_CAPABILITIES, modes: SPI_MODE.LSB_FIRST };
  }

  get #hasModes(): boolean {
    return (this.#connection.version ?? MODE_VERSION) >= MODE_VERSION;
  }

  open(): Promise<void> {
    return this.#connection.open();
  }

  close(): Promise<void> {
    return this.#connection.close();
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      checkSpiMessage(this.capabilities, WHO, chipSelect, mode, transfers);
      const slow = transfers.find(({ speedHz }) => speedHz > 0 && speedHz < SPI_HZ);
      if (slow !== undefined)
        throw new BusFault(
          'EINVAL',
          `invalid SPI clock ${slow.speedHz} Hz: ${WHO} always clocks at ${SPI_HZ} Hz`,
        );
    } catch (error) {
      await this.deselect();
      throw error;
    }
    const { segments, finish } = segmentsOf(mode, transfers);
    let held = this.#heldMode !== undefined;
    const steps: Step[] = [];
    if (held && this.#heldMode !== mode) {
      steps.push(command([SPI.DESELECT]));
      held = false;
    }
    if (this.#hasModes && this.#mode !== (mode & MODE_MASK))
      steps.push(command([SPI.MODE, mode & MODE_MASK]));
    for (const { moves, keep } of segments) {
      if (!held) steps.push(command([SPI.SELECT]));
      steps.push(...moves.flatMap(stepsOf));
      if (!keep) steps.push(command([SPI.DESELECT]));
      held = keep;
    }
    this.#heldMode = undefined;
    await this.#connection.run(steps, signal);
    this.#mode = mode & MODE_MASK;
    if (held) this.#heldMode = mode;
    finish();
  }

  async deselect(): Promise<void> {
    if (this.#heldMode === undefined) return;
    this.#heldMode = undefined;
    await this.#connection.run([command([SPI.DESELECT])]);
  }
}

function stepsOf({ tx, rx, length }: Move): Step[] {
  const count = Math.ceil(length / COUNT_MAX);
  const sent = tx ?? new Uint8Array(length);
  return Array.from({ length: count }, (_, i) => {
    const part = sent.subarray(i * COUNT_MAX, (i + 1) * COUNT_MAX);
    const size = part.length - 1;
    if (rx === undefined) return command([WRITE | size, ...part]);
    return step([READ | size, ...part], part.length, (reply) => {
      rx.set(reply, i * COUNT_MAX);
      return undefined;
    });
  });
}

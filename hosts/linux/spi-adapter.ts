import { openSync } from 'node:fs';
import { join } from 'node:path';
import {
  BusFault,
  checkDelays,
  checkSpiData,
  ERRNO,
  errnoName,
  type HostAdapter,
  SPI_MODE,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';
import { MACHINE, type Places, textOf } from '../../src/machine/index.ts';
import { type OsError, type PinnedBytes, pinned } from '../../src/os/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import { findSpiNodes, keepsSelected, spiNodeFault } from './find-spi.ts';
import { errnoOf, faultOf, OpenNode } from './open-node.ts';
import { callsOf } from './spi-calls.ts';
import {
  BUFSIZ_DEFAULT,
  layMessage,
  lineModes,
  messageIoctl,
  messageLength,
  SPI_IOCTL,
  takeMessage,
} from './spidev.ts';

/** A chip select whose node is open. */
interface Chip {
  readonly path: string;
  readonly node: OpenNode;
  /** Whether a message may be continued in another call. */
  readonly keepsSelected: boolean;
  /** Mode bits that its driver has; undefined: not known. */
  mode: number | undefined;
  /** Sizes of words that its driver takes. */
  readonly wordBits: Set<number>;
}

/** How a bus of this machine is used. */
export interface LinuxSpiSettings {
  /** `SPI_MODE` bits that every transfer has: `THREE_WIRE`, `NO_CS`. */
  readonly modes?: number;
  /** Chip selects, where `ports` names a bus; without it as many as the kernel knows now. */
  readonly chipSelects?: number;
}

/** An SPI bus of this machine, through spidev. */
export class LinuxSpiAdapter implements HostAdapter, SpiController {
  readonly synchronous = false;
  readonly spi: SpiController = this;
  readonly capabilities: SpiCapabilities;
  readonly #ports: readonly string[];
  readonly #places: Places;
  readonly #modes: number;
  #chips: ReadonlyMap<number, Chip | BusFault> | undefined;
  #bufsiz = BUFSIZ_DEFAULT;
  /** The chip that the last message left selected. */
  #held: number | undefined;

  /** @param ports see `findSpiNodes` */
  constructor(ports: readonly string[], settings: LinuxSpiSettings = {}, places: Places = MACHINE) {
    this.#ports = ports;
    this.#places = places;
    this.#modes = settings.modes ?? 0;
    const chipSelects = settings.chipSelects ?? Math.max(ports.length, ...this.#known());
    this.capabilities = { ...SPI_CAPABILITIES, chipSelects };
  }

  get description(): string {
    return `Linux SPI bus ${this.#ports.join(', ')}`;
  }

  unavailable(): BusFault | undefined {
    try {
      const faults = [...findSpiNodes(this.#ports, this.#places).values()].map((node) =>
        spiNodeFault(node, this.#places),
      );
      return faults.every((fault) => fault !== undefined) ? faults[0] : undefined;
    } catch (error) {
      return BusFault.from(error);
    }
  }

  /** Opens every chip select that can be; of the others it is known why not. */
  async open(): Promise<void> {
    await this.close();
    const nodes = findSpiNodes(this.#ports, this.#places);
    const chips = new Map([...nodes].map(([chipSelect, path]) => [chipSelect, this.#openChip(path)]));
    const faults = [...chips.values()].filter((chip) => chip instanceof BusFault);
    const [fault] = faults;
    if (fault !== undefined && faults.length === chips.size) throw fault;
    const bufsiz = Number(textOf(join(this.#places.sys, 'module/spidev/parameters/bufsiz')));
    this.#bufsiz = bufsiz > 0 ? bufsiz : BUFSIZ_DEFAULT;
    this.#chips = chips;
    this.#held = undefined;
  }

  async close(): Promise<void> {
    for (const { node } of this.#open()) node.close();
    this.#chips = undefined;
  }

  async transfer(
    chipSelect: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      const chip = this.#chip(chipSelect);
      for (const transfer of transfers) this.#check(transfer);
      for (const { node } of this.#open()) await node.idle(signal);
      if (this.#held !== chipSelect) await this.deselect();
      await this.#setUp(chip, this.#modeFor(mode, transfers), transfers, signal);
      this.#held = chipSelect;
      await this.#run(chip, transfers, signal);
    } catch (error) {
      // One that was given up goes on in the kernel: whoever comes next deselects.
      if (!signal?.aborted) await this.deselect();
      throw error;
    }
    if (!transfers.at(-1)?.csChange) this.#held = undefined;
  }

  /** The kernel deselects a chip that is set up anew (`spi_setup`). */
  async deselect(): Promise<void> {
    const chip = this.#held === undefined ? undefined : this.#chips?.get(this.#held);
    this.#held = undefined;
    if (chip === undefined || chip instanceof BusFault) return;
    try {
      const memory = pinned(4);
      memory.view.setUint32(0, chip.mode ?? this.#modes, true);
      await chip.node.run(SPI_IOCTL.WR_MODE32, memory, undefined);
    } catch {
      // It is gone: the next transfer says so.
    }
  }

  #open(): Chip[] {
    return [...(this.#chips?.values() ?? [])].filter((chip): chip is Chip => !(chip instanceof BusFault));
  }

  /** How many chip selects the kernel knows now. */
  #known(): number[] {
    try {
      return [...findSpiNodes(this.#ports, this.#places).keys()].map((chipSelect) => chipSelect + 1);
    } catch {
      return [1];
    }
  }

  #openChip(path: string): Chip | BusFault {
    const fault = spiNodeFault(path, this.#places);
    if (fault !== undefined) return fault;
    const fd = openSync(path, 'r+');
    const node = new OpenNode(fd);
    try {
      node.ask(SPI_IOCTL.RD_MODE32, new Uint8Array(4));
      return {
        path,
        node,
        keepsSelected: keepsSelected(path, this.#places),
        mode: undefined,
        wordBits: new Set(),
      };
    } catch (cause) {
      node.close();
      return new BusFault('EPROTO', `${path} is not an SPI device`, { cause });
    }
  }

  #chip(chipSelect: number): Chip {
    if (this.#chips === undefined) throw new BusFault('ENODEV', `${this.description} is not open`);
    const { chipSelects } = this.capabilities;
    if (!(chipSelect >= 0 && chipSelect < chipSelects))
      throw new BusFault(
        'EINVAL',
        `invalid chip select ${chipSelect}: ${this.description} has ${chipSelects}`,
      );
    const chip =
      this.#chips.get(chipSelect) ??
      new BusFault('ENXIO', `${this.description} has no device at chip select ${chipSelect}`);
    if (!(chip instanceof BusFault)) return chip;
    // Not the adapter is gone, but one device of it is missing.
    throw chip.code === 'ENODEV' ? new BusFault('ENXIO', chip.sentence) : chip;
  }

  #check(transfer: SpiTransfer): void {
    const { wordDelayNs, csSetupNs, csHoldNs, csInactiveNs, tx, rx } = transfer;
    const { maxWordDelayNs, maxCsHoldNs, maxCsInactiveNs } = this.capabilities;
    checkSpiData(transfer, this.description);
    if (csSetupNs > 0)
      throw new BusFault(
        'EOPNOTSUPP',
        `${this.description}: spidev has no delay between select and clock: set spi-cs-setup-delay-ns in the machine's own device tree`,
      );
    checkDelays(maxWordDelayNs, wordDelayNs);
    checkDelays(maxCsHoldNs, csHoldNs);
    checkDelays(maxCsInactiveNs, csInactiveNs);
    if ((this.#modes & SPI_MODE.THREE_WIRE) !== 0 && tx !== undefined && rx !== undefined)
      throw new BusFault('EOPNOTSUPP', `${this.description} has one data line: send, then receive`);
  }

  #modeFor(mode: number, transfers: readonly SpiTransfer[]): number {
    return transfers.reduce((bits, transfer) => bits | lineModes(transfer), mode | this.#modes);
  }

  /** Brings a chip into `mode` and tries word sizes that are new; both before the wire. */
  async #setUp(
    chip: Chip,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const memory = pinned(4);
    if (chip.mode !== mode) {
      this.#held = undefined;
      chip.mode = undefined;
      memory.view.setUint32(0, mode, true);
      await this.#set(chip, SPI_IOCTL.WR_MODE32, memory, modeName(mode), signal);
      await chip.node.run(SPI_IOCTL.RD_MODE32, memory, signal);
      // The kernel leaves out data lines that the controller does not have, and says nothing.
      const missing = mode & ~memory.view.getUint32(0, true);
      if (missing !== 0) throw this.#cannot(modeName(missing));
      chip.mode = mode;
    }
    for (const { bitsPerWord } of transfers) {
      const bits = bitsPerWord || 8;
      if (chip.wordBits.has(bits)) continue;
      memory.view.setUint8(0, bits);
      await this.#set(chip, SPI_IOCTL.WR_BITS_PER_WORD, memory, `words of ${bits} bits`, signal);
      chip.wordBits.add(bits);
    }
  }

  async #set(
    chip: Chip,
    request: number,
    memory: PinnedBytes,
    what: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    try {
      await chip.node.run(request, memory, signal);
    } catch (error) {
      throw faultOf(error, (failed) =>
        failed.code === 'EINVAL' ? this.#cannot(what, failed) : this.#fault(chip, failed),
      );
    }
  }

  #cannot(what: string, cause?: OsError): BusFault {
    return new BusFault('EOPNOTSUPP', `${this.description}: its driver cannot do ${what}`, { cause });
  }

  async #run(chip: Chip, transfers: readonly SpiTransfer[], signal: AbortSignal | undefined): Promise<void> {
    const calls = callsOf(transfers, this.#bufsiz);
    if (calls.length > 1 && !chip.keepsSelected)
      throw new BusFault(
        'EMSGSIZE',
        `message is longer than spidev's ${this.#bufsiz} bytes, and the driver of ${chip.path} cannot go on with it: set spidev.bufsiz=65536 on the kernel's command line`,
      );
    const finish: (() => void)[] = [];
    for (const call of calls) {
      if (call.length === 0) continue;
      const memory = pinned(messageLength(call));
      layMessage(memory.bytes, memory.address, call);
      try {
        await chip.node.run(messageIoctl(call.length), memory, signal);
      } catch (error) {
        throw faultOf(error, (failed) => this.#fault(chip, failed));
      }
      finish.push(() => takeMessage(memory.bytes, call));
    }
    // What is received is handed over when all went well.
    for (const take of finish) take();
  }

  #fault({ path }: Chip, error: OsError): BusFault {
    // The device was unbound or its adapter unplugged while the node was open.
    const code = error.errno === ERRNO.ESHUTDOWN ? 'ENODEV' : errnoName(error.errno);
    return new BusFault(code, `${path}: the transfer failed: its driver says ${errnoOf(error)}`, {
      cause: error,
    });
  }
}

function modeName(bits: number): string {
  return `SPI mode bits 0x${bits.toString(16)}`;
}

import { closeSync, openSync } from 'node:fs';
import {
  BusFault,
  errnoName,
  type HostAdapter,
  type LineCapabilities,
  type LineController,
  type LineEdge,
} from '../../src/bus/index.ts';
import { MACHINE, type Places } from '../../src/machine/index.ts';
import { ioctl, OsError } from '../../src/os/index.ts';
import { GPIO_CAPABILITIES } from './capabilities.ts';
import { FileEvents } from './file-events.ts';
import { findGpioNode, gpioNodeFault } from './find-gpio.ts';
import { chipInfo, GPIO_IOCTL, LINE_FLAG, lineInfo, readChipInfo, readLineInfo } from './gpio-cdev.ts';
import { type LineSettings, RequestedLine } from './gpio-lines.ts';
import { errnoOf } from './open-node.ts';

/** `ENOTSUPP`, which drivers of the kernel have for a setting that their chip has not. */
const ENOTSUPP = 524;

/** How the lines of a chip are used. */
export interface LinuxGpioSettings {
  /** The lines, by name or number on the chip, in the order of the board; without it all of the chip. */
  readonly lines?: readonly string[];
  /** How some of them are to be, by name or number on the chip. */
  readonly settings?: ReadonlyMap<string, LineSettings>;
}

/** A chip that is open. */
interface OpenChip {
  readonly fd: number;
  readonly path: string;
  /** Where the lines of the board are on the chip. */
  readonly offsets: readonly number[];
  /** By line of the board. */
  readonly settings: ReadonlyMap<number, LineSettings>;
}

const NO_SETTINGS: LineSettings = { flags: 0 };

/** The lines of a GPIO chip of this machine, through its character device. */
export class LinuxGpioAdapter implements HostAdapter, LineController {
  readonly synchronous = false;
  readonly lines: LineController = this;
  readonly capabilities: LineCapabilities = GPIO_CAPABILITIES;
  onEdge: ((edge: LineEdge) => void) | undefined;
  readonly #port: string;
  readonly #wanted: LinuxGpioSettings;
  readonly #places: Places;
  readonly #events = new FileEvents();
  readonly #requested = new Map<number, RequestedLine>();
  #chip: OpenChip | undefined;

  /** @param port see `findGpioNode` */
  constructor(port: string, wanted: LinuxGpioSettings = {}, places: Places = MACHINE) {
    this.#port = port;
    this.#wanted = wanted;
    this.#places = places;
  }

  get description(): string {
    return `Linux GPIO chip ${this.#chip?.path ?? this.#port}`;
  }

  unavailable(): BusFault | undefined {
    try {
      return gpioNodeFault(findGpioNode(this.#port, this.#places), this.#places);
    } catch (error) {
      return BusFault.from(error);
    }
  }

  open(): void {
    this.close();
    const path = findGpioNode(this.#port, this.#places);
    const fault = gpioNodeFault(path, this.#places);
    if (fault !== undefined) throw fault;
    const fd = openSync(path, 'r+');
    try {
      const info = chipInfo();
      ioctl(fd, GPIO_IOCTL.CHIP_INFO, info);
      const names = Array.from({ length: readChipInfo(info).lines }, (_, offset) => infoOf(fd, offset).name);
      const { lines, settings = new Map() } = this.#wanted;
      const offsets = lines?.map((line) => offsetOf(line, names, path)) ?? names.map((_, offset) => offset);
      const byLine = [...settings].map(
        ([line, how]) => [offsets.indexOf(offsetOf(line, names, path)), how] as const,
      );
      this.#chip = { fd, path, offsets, settings: new Map(byLine) };
    } catch (cause) {
      closeSync(fd);
      throw cause instanceof OsError
        ? new BusFault('EPROTO', `${path} is not a GPIO chip`, { cause })
        : cause;
    }
  }

  close(): void {
    for (const requested of this.#requested.values()) requested.close();
    this.#requested.clear();
    if (this.#chip !== undefined) closeSync(this.#chip.fd);
    this.#chip = undefined;
  }

  get(line: number): boolean {
    return this.#do(line, () => this.#request(line, 0).get());
  }

  input(line: number): void {
    this.#do(line, () => {
      const requested = this.#request(line, LINE_FLAG.INPUT);
      requested.input(requested.isWatched);
    });
  }

  drive(line: number, high: boolean): void {
    this.#do(line, () => this.#request(line, LINE_FLAG.OUTPUT, high).set(high));
  }

  release(line: number): void {
    const requested = this.#requested.get(line);
    if (requested?.isWatched) return;
    this.#requested.delete(line);
    requested?.close();
  }

  watch(line: number, wanted: boolean): void {
    if (!wanted && !this.#requested.get(line)?.isWatched) return;
    this.#do(line, () => this.#request(line, LINE_FLAG.INPUT).input(wanted));
  }

  /** The line, asked for where it was not yet. */
  #request(line: number, flags: number, high?: boolean): RequestedLine {
    const present = this.#requested.get(line);
    if (present !== undefined) return present;
    const { fd, offset, settings } = this.#place(line);
    const tell = (level: boolean, atNs: bigint) => this.onEdge?.({ line, high: level, atNs });
    // Bias and debouncing need a direction.
    const direction = flags === 0 && settings !== NO_SETTINGS ? LINE_FLAG.INPUT : flags;
    const requested = new RequestedLine(fd, offset, direction, high, settings, this.#events, tell);
    this.#requested.set(line, requested);
    return requested;
  }

  #place(line: number) {
    if (this.#chip === undefined) throw new BusFault('ENODEV', `${this.description} is not open`);
    const { fd, offsets, settings } = this.#chip;
    const offset = offsets[line];
    if (offset === undefined)
      throw new BusFault('EINVAL', `invalid line ${line}: ${this.description} has ${offsets.length} lines`);
    return { fd, offset, settings: settings.get(line) ?? NO_SETTINGS };
  }

  #do<T>(line: number, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw error instanceof OsError ? this.#fault(line, error) : error;
    }
  }

  #fault(line: number, error: OsError): BusFault {
    const { fd, offset } = this.#place(line);
    const name = `line ${offset} of ${this.description}`;
    if (error.code === 'EBUSY') {
      const { consumer } = infoOf(fd, offset);
      return new BusFault(
        'EBUSY',
        `${name} is held by '${consumer}': end that program, or unbind that driver`,
        {
          cause: error,
        },
      );
    }
    // Of edges, ENXIO says that the line has no interrupt.
    if (error.errno === ENOTSUPP || error.code === 'ENXIO')
      return new BusFault('EOPNOTSUPP', `${name}: its driver cannot do that`, { cause: error });
    return new BusFault(errnoName(error.errno), `${name}: its driver says ${errnoOf(error)}`, {
      cause: error,
    });
  }
}

function infoOf(fd: number, offset: number): ReturnType<typeof readLineInfo> {
  const info = lineInfo(offset);
  ioctl(fd, GPIO_IOCTL.LINE_INFO, info);
  return readLineInfo(info);
}

/** Where a line is on its chip. @throws {BusFault} `ENODEV` */
function offsetOf(line: string, names: readonly string[], chip: string): number {
  const named = names.indexOf(line);
  if (named >= 0) return named;
  const number = /^\d+$/.test(line) ? Number(line) : names.length;
  if (number < names.length) return number;
  const known = names.filter((name) => name !== '');
  throw new BusFault(
    'ENODEV',
    `not found: line '${line}' of ${chip}; it has lines 0 to ${names.length - 1}${known.length === 0 ? '' : `: ${known.join(', ')}`}`,
  );
}

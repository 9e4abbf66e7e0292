import { closeSync, readSync } from 'node:fs';
import { ioctl, setNonBlocking } from '../../src/os/index.ts';
import type { FileEvents } from './file-events.ts';
import {
  EVENT_BYTES,
  GPIO_IOCTL,
  LINE_FLAG,
  type LineConfig,
  lineConfig,
  lineRequest,
  lineValues,
  readEvent,
  readValue,
  requestedFile,
} from './gpio-cdev.ts';

const CONSUMER = 'dtbus';
/** The kernel keeps so many events of a line (`event_buffer_size`). */
const EVENTS_MAX = 16;
const EDGES = LINE_FLAG.EDGE_RISING | LINE_FLAG.EDGE_FALLING;

/** How a line is to be, whichever its direction. */
export interface LineSettings {
  /** Bias, drive and polarity. */
  readonly flags: number;
  readonly debounceUs?: number;
}

/** One line that was asked for. All throw an `OsError`. */
export class RequestedLine {
  readonly #fd: number;
  readonly #settings: LineSettings;
  readonly #events: FileEvents;
  readonly #onEdge: (high: boolean, atNs: bigint) => void;
  #flags: number;

  /** @param chip its file @param flags direction; 0: as it is */
  constructor(
    chip: number,
    offset: number,
    flags: number,
    high: boolean | undefined,
    settings: LineSettings,
    events: FileEvents,
    onEdge: (high: boolean, atNs: bigint) => void,
  ) {
    this.#settings = settings;
    this.#events = events;
    this.#onEdge = onEdge;
    const request = lineRequest(offset, CONSUMER, this.#config(flags, high));
    ioctl(chip, GPIO_IOCTL.GET_LINE, request);
    this.#fd = requestedFile(request);
    this.#flags = flags;
    setNonBlocking(this.#fd);
    this.#listen(flags);
  }

  get isOutput(): boolean {
    return (this.#flags & LINE_FLAG.OUTPUT) !== 0;
  }

  get isWatched(): boolean {
    return (this.#flags & EDGES) !== 0;
  }

  get(): boolean {
    const values = lineValues();
    ioctl(this.#fd, GPIO_IOCTL.GET_VALUES, values);
    return readValue(values);
  }

  set(high: boolean): void {
    if (this.isOutput) ioctl(this.#fd, GPIO_IOCTL.SET_VALUES, lineValues(high));
    else this.#configure(LINE_FLAG.OUTPUT, high);
  }

  /** Makes it an input, which tells of its edges or not. */
  input(watched: boolean): void {
    const flags = LINE_FLAG.INPUT | (watched ? EDGES : 0);
    if (flags !== this.#flags) this.#configure(flags, undefined);
  }

  /** Lets it go. An output becomes an input first: what a line does that nobody has is up to its driver. */
  close(): void {
    try {
      if (this.isOutput) this.#configure(LINE_FLAG.INPUT, undefined);
    } catch {
      // The chip is gone.
    }
    this.#listen(0);
    closeSync(this.#fd);
  }

  #configure(flags: number, high: boolean | undefined): void {
    ioctl(this.#fd, GPIO_IOCTL.SET_CONFIG, lineConfig(this.#config(flags, high)));
    this.#listen(flags);
    this.#flags = flags;
  }

  #config(flags: number, high: boolean | undefined): LineConfig {
    const { flags: own, debounceUs } = this.#settings;
    const isInput = (flags & LINE_FLAG.INPUT) !== 0;
    // A line that is left as it is has no bias and no drive either; drives are for outputs.
    const fitting = isInput ? own & ~(LINE_FLAG.OPEN_DRAIN | LINE_FLAG.OPEN_SOURCE) : own;
    return {
      flags: flags === 0 ? own & LINE_FLAG.ACTIVE_LOW : flags | fitting,
      ...(high !== undefined && { high }),
      ...(isInput && debounceUs !== undefined && { debounceUs }),
    };
  }

  #listen(flags: number): void {
    this.#events.remove(this.#fd);
    if ((flags & EDGES) !== 0) this.#events.add(this.#fd, () => this.#read());
  }

  #read(): void {
    const bytes = new Uint8Array(EVENT_BYTES * EVENTS_MAX);
    let length: number;
    try {
      length = readSync(this.#fd, bytes);
    } catch {
      // Nothing is there any more, or the chip is gone: then who asks next is told.
      this.#events.remove(this.#fd);
      return;
    }
    for (let at = 0; at + EVENT_BYTES <= length; at += EVENT_BYTES) {
      const { high, atNs } = readEvent(bytes, at);
      this.#onEdge(high, atNs);
    }
  }
}

/**
 * Calls of Linux's GPIO character devices, version 2. Source: include/uapi/linux/gpio.h, Documentation/userspace-api/gpio.
 */
import { ior, iowr } from '../../src/os/index.ts';

const MAGIC = 0xb4;
const NAME_MAX = 32;

/** `struct gpiochip_info` { char name[32]; char label[32]; u32 lines }. */
const CHIP_INFO = { LABEL: 32, LINES: 64, SIZE: 68 } as const;
/** `struct gpio_v2_line_config` { u64 flags; u32 num_attrs; u32 padding[5]; attrs[10] }. */
const CONFIG = { FLAGS: 0, NUM_ATTRS: 8, ATTRS: 32, SIZE: 272 } as const;
/** `struct gpio_v2_line_config_attribute` { u32 id; u32 padding; u64 value; u64 mask }. */
const ATTRIBUTE = { ID: 0, VALUE: 8, MASK: 16, SIZE: 24 } as const;
const ATTRIBUTE_ID = { OUTPUT_VALUES: 2, DEBOUNCE: 3 } as const;
/** `struct gpio_v2_line_request` { u32 offsets[64]; char consumer[32]; config; u32 num_lines; … s32 fd }. */
const REQUEST = { OFFSETS: 0, CONSUMER: 256, CONFIG: 288, NUM_LINES: 560, FD: 588, SIZE: 592 } as const;
/** `struct gpio_v2_line_info` { char name[32]; char consumer[32]; u32 offset; u32 num_attrs; u64 flags; … }. */
const LINE_INFO = { NAME: 0, CONSUMER: 32, OFFSET: 64, SIZE: 256 } as const;
/** `struct gpio_v2_line_values` { u64 bits; u64 mask }. */
const VALUES = { BITS: 0, MASK: 8, SIZE: 16 } as const;
/** `struct gpio_v2_line_event` { u64 timestamp_ns; u32 id; u32 offset; … }. */
const EVENT = { TIMESTAMP: 0, ID: 8, SIZE: 48 } as const;
const RISING_EDGE = 1;

export const GPIO_IOCTL = {
  CHIP_INFO: ior(MAGIC, 0x01, CHIP_INFO.SIZE),
  LINE_INFO: iowr(MAGIC, 0x05, LINE_INFO.SIZE),
  GET_LINE: iowr(MAGIC, 0x07, REQUEST.SIZE),
  SET_CONFIG: iowr(MAGIC, 0x0d, CONFIG.SIZE),
  GET_VALUES: iowr(MAGIC, 0x0e, VALUES.SIZE),
  SET_VALUES: iowr(MAGIC, 0x0f, VALUES.SIZE),
} as const;

/** `GPIO_V2_LINE_FLAG_*` */
export const LINE_FLAG = {
  ACTIVE_LOW: 1 << 1,
  INPUT: 1 << 2,
  OUTPUT: 1 << 3,
  EDGE_RISING: 1 << 4,
  EDGE_FALLING: 1 << 5,
  OPEN_DRAIN: 1 << 6,
  OPEN_SOURCE: 1 << 7,
  BIAS_PULL_UP: 1 << 8,
  BIAS_PULL_DOWN: 1 << 9,
  BIAS_DISABLED: 1 << 10,
} as const;

/** How one line is to be. */
export interface LineConfig {
  readonly flags: number;
  /** What an output drives. */
  readonly high?: boolean;
  readonly debounceUs?: number;
}

const bytesOf = (size: number): [Uint8Array, DataView] => {
  const bytes = new Uint8Array(new ArrayBuffer(size));
  return [bytes, new DataView(bytes.buffer)];
};

function textAt(bytes: Uint8Array, at: number): string {
  const field = bytes.subarray(at, at + NAME_MAX);
  const end = field.indexOf(0);
  return Buffer.from(end < 0 ? field : field.subarray(0, end)).toString('utf8');
}

/** Room for the answer of `CHIP_INFO`. */
export const chipInfo = (): Uint8Array => bytesOf(CHIP_INFO.SIZE)[0];

export function readChipInfo(bytes: Uint8Array): { readonly label: string; readonly lines: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return { label: textAt(bytes, CHIP_INFO.LABEL), lines: view.getUint32(CHIP_INFO.LINES, true) };
}

/** The question of `LINE_INFO`, which becomes its answer. */
export function lineInfo(offset: number): Uint8Array {
  const [bytes, view] = bytesOf(LINE_INFO.SIZE);
  view.setUint32(LINE_INFO.OFFSET, offset, true);
  return bytes;
}

export function readLineInfo(bytes: Uint8Array): { readonly name: string; readonly consumer: string } {
  return { name: textAt(bytes, LINE_INFO.NAME), consumer: textAt(bytes, LINE_INFO.CONSUMER) };
}

/** The config of a request for one line. */
export function lineConfig(config: LineConfig): Uint8Array {
  const [bytes, view] = bytesOf(CONFIG.SIZE);
  view.setBigUint64(CONFIG.FLAGS, BigInt(config.flags), true);
  const attributes: (readonly [id: number, value: bigint])[] = [];
  if (config.high !== undefined) attributes.push([ATTRIBUTE_ID.OUTPUT_VALUES, config.high ? 1n : 0n]);
  if (config.debounceUs !== undefined) attributes.push([ATTRIBUTE_ID.DEBOUNCE, BigInt(config.debounceUs)]);
  view.setUint32(CONFIG.NUM_ATTRS, attributes.length, true);
  attributes.forEach(([id, value], index) => {
    const at = CONFIG.ATTRS + ATTRIBUTE.SIZE * index;
    view.setUint32(at + ATTRIBUTE.ID, id, true);
    view.setBigUint64(at + ATTRIBUTE.VALUE, value, true);
    view.setBigUint64(at + ATTRIBUTE.MASK, 1n, true);
  });
  return bytes;
}

/** The question of `GET_LINE` for one line, whose answer has a file. */
export function lineRequest(offset: number, consumer: string, config: LineConfig): Uint8Array {
  const [bytes, view] = bytesOf(REQUEST.SIZE);
  view.setUint32(REQUEST.OFFSETS, offset, true);
  bytes.set(Buffer.from(consumer).subarray(0, NAME_MAX - 1), REQUEST.CONSUMER);
  bytes.set(lineConfig(config), REQUEST.CONFIG);
  view.setUint32(REQUEST.NUM_LINES, 1, true);
  return bytes;
}

export function requestedFile(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(REQUEST.FD, true);
}

/** The values of the one line of a request: the question of `GET_VALUES` and `SET_VALUES`. */
export function lineValues(high = false): Uint8Array {
  const [bytes, view] = bytesOf(VALUES.SIZE);
  view.setBigUint64(VALUES.BITS, high ? 1n : 0n, true);
  view.setBigUint64(VALUES.MASK, 1n, true);
  return bytes;
}

export function readValue(bytes: Uint8Array): boolean {
  return ((bytes[VALUES.BITS] as number) & 1) === 1;
}

export const EVENT_BYTES = EVENT.SIZE;

/** The event at `at`: when, and which way. */
export function readEvent(bytes: Uint8Array, at: number): { readonly atNs: bigint; readonly high: boolean } {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  return {
    atNs: view.getBigUint64(EVENT.TIMESTAMP, true),
    high: view.getUint32(EVENT.ID, true) === RISING_EDGE,
  };
}

/**
 * BPIO2 of Bus Pirate 5, 5XL, 6: a request and its answer are FlatBuffers in COBS frames, on the second serial port. No answer has a number; the
 * firmware takes one request at a time, and drops what follows it. No input or output here. Sources: the firmware's bpio.fbs and how
 * it carries requests out (version 2.2), docs.buspirate.com.
 */
import { decode, encode, type Schema, type Values } from './flatbuffers.ts';

/** Baud; USB has none. */
export const BAUD = 115_200;
export const VERSION = { MAJOR: 2, MINOR: 2, LEAST_MINOR: 0 } as const;
/** Bytes of data in a request, and in an answer. */
export const DATA_MAX = 512;
/** Bytes of a frame; the adapter has no room for more. */
export const FRAME_MAX = 643;
/** Bytes of an answer's frame that are waited for at most. */
export const ANSWER_MAX = 4096;
/** What the firmware waits for the rest of a frame, in ms. */
export const HALF_FRAME_MS = 500;

export const MODE = { HIGH_Z: 'HiZ', I2C: 'I2C', SPI: 'SPI' } as const;

/** IO0 to IO7, and which of them the buses have. */
export const PIN = { SDA: 0, SCL: 1, MISO: 4, CS: 5, CLK: 6, MOSI: 7 } as const;
export const PIN_COUNT = 8;

/** I2C clock in Hz: whole kHz. */
export const I2C_HZ = { min: 1000, max: 1_000_000 } as const;
/** SPI clock in Hz: half of 125 MHz, and that divided by 254 and 256. */
export const SPI_HZ = { min: 2000, max: 62_500_000 } as const;
/** Power supply in µV. */
export const POWER_MICROVOLT = { min: 800_000, max: 5_000_000, usual: 3_300_000 } as const;

/** What a status request asks for. */
export const QUERY = { ALL: 0, VERSION: 1, MODE: 2, PULL_UP: 3, POWER: 4, ADC: 5, IO: 6 } as const;

/** What the firmware says of a transfer that was not acknowledged, or that took too long. */
export const REQUEST_FAILED = 'Protocol request failed';

const STATUS_REQUEST = { query: [0, 'bytes'] } as const satisfies Schema;

const MODE_CONFIGURATION = {
  speed: [0, 'u32'],
  data_bits: [1, 'u8'],
  clock_polarity: [7, 'bool'],
  clock_phase: [8, 'bool'],
  chip_select_idle: [9, 'bool'],
} as const satisfies Schema;

const CONFIGURATION_REQUEST = {
  mode: [0, 'string'],
  mode_configuration: [1, MODE_CONFIGURATION],
  psu_disable: [4, 'bool'],
  psu_enable: [5, 'bool'],
  psu_set_mv: [6, 'u32'],
  pullup_disable: [8, 'bool'],
  pullup_enable: [9, 'bool'],
  io_direction_mask: [10, 'u8'],
  io_direction: [11, 'u8'],
  io_value_mask: [12, 'u8'],
  io_value: [13, 'u8'],
} as const satisfies Schema;

/** `start_alt` on SPI: what is read while writing comes back too. */
const DATA_REQUEST = {
  start_main: [0, 'bool'],
  start_alt: [1, 'bool'],
  data_write: [2, 'bytes'],
  bytes_read: [3, 'u16'],
  stop_main: [4, 'bool'],
} as const satisfies Schema;

const STATUS_RESPONSE = {
  error: [0, 'string'],
  version_flatbuffers_major: [1, 'u8'],
  version_flatbuffers_minor: [2, 'u16'],
  version_hardware_major: [3, 'u8'],
  version_hardware_minor: [4, 'u8'],
  version_firmware_git_hash: [7, 'string'],
  version_firmware_date: [8, 'string'],
  modes_available: [9, 'strings'],
  mode_current: [10, 'string'],
  io_direction: [24, 'u8'],
  io_value: [25, 'u8'],
} as const satisfies Schema;

const CONFIGURATION_RESPONSE = { error: [0, 'string'] } as const satisfies Schema;

/** `is_async`: nobody asked for it; 2.2 sends it in the UART mode. */
const DATA_RESPONSE = {
  error: [0, 'string'],
  data_read: [1, 'bytes'],
  is_async: [2, 'bool'],
} as const satisfies Schema;

/** What a packet carries; the number stands in its union. */
export const CONTENTS = {
  status: { type: 1, request: STATUS_REQUEST, response: STATUS_RESPONSE },
  configuration: { type: 2, request: CONFIGURATION_REQUEST, response: CONFIGURATION_RESPONSE },
  data: { type: 3, request: DATA_REQUEST, response: DATA_RESPONSE },
} as const;

export type ContentsName = keyof typeof CONTENTS;
export type RequestOf<Name extends ContentsName> = Values<(typeof CONTENTS)[Name]['request']>;
export type ResponseOf<Name extends ContentsName> = Values<(typeof CONTENTS)[Name]['response']>;

/** One of the kinds of request, or of answer. */
export type AnyOf<Of extends 'request' | 'response'> = {
  [Name in ContentsName]: {
    readonly name: Name;
    readonly fields: Values<(typeof CONTENTS)[Name][Of]>;
  };
}[ContentsName];

const REQUEST_HEAD = {
  version_major: [0, 'u8'],
  minimum_version_minor: [1, 'u16'],
  contents_type: [2, 'u8'],
} as const satisfies Schema;

/** `error`: the request was not understood. */
const RESPONSE_HEAD = { error: [0, 'string'], contents_type: [1, 'u8'] } as const satisfies Schema;

/** Where a union has its number, its table is in the next slot. */
const withContents = <Head extends Schema, Contents extends Schema>(head: Head, contents: Contents) => {
  const slot = (head['contents_type']?.[0] ?? 0) + 1;
  return { ...head, contents: [slot, contents] } as const satisfies Schema;
};

export function encodeRequest<Name extends ContentsName>(
  name: Name,
  fields: RequestOf<Name>,
  version: { readonly major: number; readonly minor: number } = {
    major: VERSION.MAJOR,
    minor: VERSION.LEAST_MINOR,
  },
): Uint8Array {
  const { type, request } = CONTENTS[name];
  const schema: Schema = withContents(REQUEST_HEAD, request);
  return encode(schema, {
    version_major: version.major,
    minimum_version_minor: version.minor,
    contents_type: type,
    contents: fields,
  } as Values<Schema>);
}

export function encodeResponse<Name extends ContentsName>(name: Name, fields: ResponseOf<Name>): Uint8Array {
  const { type, response } = CONTENTS[name];
  const schema: Schema = withContents(RESPONSE_HEAD, response);
  return encode(schema, { contents_type: type, contents: fields } as Values<Schema>);
}

/** What is said of a request that was not understood. */
export function encodeError(error: string): Uint8Array {
  return encode(RESPONSE_HEAD, { error });
}

/** @throws {RangeError} it is no request. What it carries is undefined where that is of no known kind */
export function decodeRequest(bytes: Uint8Array): {
  readonly major: number;
  readonly minor: number;
  readonly contents: AnyOf<'request'> | undefined;
} {
  const head = decode(REQUEST_HEAD, bytes);
  return {
    major: head.version_major ?? 0,
    minor: head.minimum_version_minor ?? 0,
    contents: contentsOf(bytes, REQUEST_HEAD, head.contents_type, 'request'),
  };
}

/** @throws {RangeError} it is no answer */
export function decodeResponse(bytes: Uint8Array): {
  readonly error: string | undefined;
  readonly contents: AnyOf<'response'> | undefined;
} {
  const head = decode(RESPONSE_HEAD, bytes);
  return {
    error: head.error,
    contents: contentsOf(bytes, RESPONSE_HEAD, head.contents_type, 'response'),
  };
}

function contentsOf<Of extends 'request' | 'response'>(
  bytes: Uint8Array,
  head: Schema,
  type: number | undefined,
  of: Of,
): AnyOf<Of> | undefined {
  const name = (Object.keys(CONTENTS) as ContentsName[]).find((each) => CONTENTS[each].type === type);
  if (name === undefined) return undefined;
  const schema: Schema = withContents(head, CONTENTS[name][of]);
  const fields = (decode(schema, bytes) as { readonly contents?: unknown }).contents;
  return fields === undefined ? undefined : ({ name, fields } as unknown as AnyOf<Of>);
}

import type { Reader } from '../chain/reader.ts';

/** Virtio device id of a GPIO controller (virtio 1.3, 5.18). Queue 0 requestq; 1 eventq with `F_IRQ`. */
export const VIRTIO_ID_GPIO = 41;
export const GPIO_REQUESTQ = 0;
export const GPIO_EVENTQ = 1;

/** `virtio_gpio_config`: le16 ngpio, u8 padding[2], le32 gpio_names_size. */
export const GPIO_CONFIG = { NGPIO: 0, PADDING: 2, GPIO_NAMES_SIZE: 4 } as const;
export const GPIO_CONFIG_BYTES = 8;

/** `virtio_gpio_request`: le16 type, le16 gpio, le32 value. */
export const GPIO_REQUEST = { TYPE: 0, GPIO: 2, VALUE: 4 } as const;
export const GPIO_REQUEST_BYTES = 8;

/** `virtio_gpio_response`: u8 status, u8 value; the names follow the status in `GET_LINE_NAMES`. */
export const GPIO_RESPONSE = { STATUS: 0, VALUE: 1 } as const;
export const GPIO_RESPONSE_BYTES = 2;

/** `type` of a request (5.18.6.1). */
export const VIRTIO_GPIO_MSG = {
  GET_LINE_NAMES: 1,
  GET_DIRECTION: 2,
  SET_DIRECTION: 3,
  GET_VALUE: 4,
  SET_VALUE: 5,
  SET_IRQ_TYPE: 6,
} as const;

export const VIRTIO_GPIO_STATUS = { OK: 0, ERR: 1 } as const;

export const VIRTIO_GPIO_DIRECTION = { NONE: 0, OUT: 1, IN: 2 } as const;

export const VIRTIO_GPIO_IRQ_TYPE = {
  NONE: 0,
  EDGE_RISING: 1,
  EDGE_FALLING: 2,
  EDGE_BOTH: 3,
  LEVEL_HIGH: 4,
  LEVEL_LOW: 8,
} as const;

/** eventq: `virtio_gpio_irq_request` le16 gpio; `virtio_gpio_irq_response` u8 status. */
export const GPIO_IRQ_REQUEST = { GPIO: 0 } as const;
export const GPIO_IRQ_REQUEST_BYTES = 2;
export const GPIO_IRQ_RESPONSE_BYTES = 1;
export const VIRTIO_GPIO_IRQ_STATUS = { INVALID: 0, VALID: 1 } as const;

export interface GpioRequest {
  type: number;
  gpio: number;
  value: number;
}

export function writeGpioRequest(
  view: DataView,
  at: number,
  type: number,
  gpio: number,
  value: number,
): void {
  view.setUint16(at + GPIO_REQUEST.TYPE, type, true);
  view.setUint16(at + GPIO_REQUEST.GPIO, gpio, true);
  view.setUint32(at + GPIO_REQUEST.VALUE, value, true);
}

/** @throws {ChainTooShort} */
export function readGpioRequest(reader: Reader, into: GpioRequest): void {
  const at = reader.head(GPIO_REQUEST_BYTES);
  const { view } = reader;
  into.type = view.getUint16(at + GPIO_REQUEST.TYPE, true);
  into.gpio = view.getUint16(at + GPIO_REQUEST.GPIO, true);
  into.value = view.getUint32(at + GPIO_REQUEST.VALUE, true);
}

export function writeGpioConfig(view: DataView, at: number, ngpio: number, namesSize: number): void {
  view.setUint16(at + GPIO_CONFIG.NGPIO, ngpio, true);
  view.setUint16(at + GPIO_CONFIG.PADDING, 0, true);
  view.setUint32(at + GPIO_CONFIG.GPIO_NAMES_SIZE, namesSize, true);
}

export function readGpioConfig(view: DataView, at = 0): { ngpio: number; namesSize: number } {
  return {
    ngpio: view.getUint16(at + GPIO_CONFIG.NGPIO, true),
    namesSize: view.getUint32(at + GPIO_CONFIG.GPIO_NAMES_SIZE, true),
  };
}

/**
 * The block of names that GET_LINE_NAMES answers: a zero-terminated string a line, empty for one without
 * (5.18.6.1). Nothing at all where no line has a name.
 * @param names 7-bit ASCII
 */
export function gpioNamesBlock(names: readonly string[]): Uint8Array {
  if (names.every((name) => name === '')) return new Uint8Array(0);
  return Uint8Array.from(names.flatMap((name) => [...name, '\0'].map((char) => char.charCodeAt(0))));
}

/** The names of the first `count` lines in such a block, empty where it ends early. */
export function gpioNamesOf(block: Uint8Array, count: number): string[] {
  const names = new TextDecoder('latin1').decode(block).split('\0');
  return Array.from({ length: count }, (_, line) => names[line] ?? '');
}

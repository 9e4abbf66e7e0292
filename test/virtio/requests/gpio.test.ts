import { describe, expect, it } from 'vitest';
import {
  type DescriptorChain,
  GPIO_CONFIG_BYTES,
  GPIO_IRQ_REQUEST_BYTES,
  GPIO_IRQ_RESPONSE_BYTES,
  GPIO_REQUEST_BYTES,
  GPIO_RESPONSE,
  GPIO_RESPONSE_BYTES,
  readGpioConfig,
  readGpioRequest,
  VIRTIO_GPIO_DIRECTION,
  VIRTIO_GPIO_IRQ_STATUS,
  VIRTIO_GPIO_IRQ_TYPE,
  VIRTIO_GPIO_MSG,
  VIRTIO_GPIO_STATUS,
  VIRTIO_ID_GPIO,
  writeGpioConfig,
  writeGpioRequest,
} from '../../../src/virtio/index.ts';
import { gpioNamesBlock, gpioNamesOf } from '../../../src/virtio/requests/gpio.ts';
import { MockGuest } from '../../support/mock-guest.ts';

it('has the numbers of 5.18', () => {
  expect(VIRTIO_ID_GPIO).toBe(41);
  expect(VIRTIO_GPIO_MSG).toEqual({
    GET_LINE_NAMES: 1,
    GET_DIRECTION: 2,
    SET_DIRECTION: 3,
    GET_VALUE: 4,
    SET_VALUE: 5,
    SET_IRQ_TYPE: 6,
  });
  expect(VIRTIO_GPIO_STATUS).toEqual({ OK: 0, ERR: 1 });
  expect(VIRTIO_GPIO_DIRECTION).toEqual({ NONE: 0, OUT: 1, IN: 2 });
  expect(VIRTIO_GPIO_IRQ_TYPE).toEqual({
    NONE: 0,
    EDGE_RISING: 1,
    EDGE_FALLING: 2,
    EDGE_BOTH: 3,
    LEVEL_HIGH: 4,
    LEVEL_LOW: 8,
  });
  expect(VIRTIO_GPIO_IRQ_STATUS).toEqual({ INVALID: 0, VALID: 1 });
  expect([GPIO_CONFIG_BYTES, GPIO_REQUEST_BYTES, GPIO_RESPONSE_BYTES]).toEqual([8, 8, 2]);
  expect([GPIO_IRQ_REQUEST_BYTES, GPIO_IRQ_RESPONSE_BYTES]).toEqual([2, 1]);
  expect(GPIO_RESPONSE).toEqual({ STATUS: 0, VALUE: 1 });
});

describe('struct virtio_gpio_config', () => {
  it('is le16 ngpio, two bytes of 0, le32 gpio_names_size', () => {
    const bytes = new Uint8Array(8).fill(0xaa);
    writeGpioConfig(new DataView(bytes.buffer), 0, 0x0102, 0x03040506);
    expect([...bytes]).toEqual([2, 1, 0, 0, 6, 5, 4, 3]);
    expect(readGpioConfig(new DataView(bytes.buffer))).toEqual({ ngpio: 0x0102, namesSize: 0x03040506 });
  });
});

describe('5.18.3 the names of the lines', () => {
  it.each([
    [['a', '', 'LED'], 'a\0\0LED\0'],
    [['', ''], ''],
    [[], ''],
    [['', 'x'], '\0x\0'],
  ])('%j are a block of strings, each with a NUL, or nothing where no line has one', (names, block) => {
    expect(Buffer.from(gpioNamesBlock(names)).toString('latin1')).toBe(block);
  });

  it.each([
    ['a\0\0LED\0', 3, ['a', '', 'LED']],
    ['', 2, ['', '']],
    ['a\0b\0c\0', 2, ['a', 'b']],
    ['a', 2, ['a', '']],
    ['\xe9\0', 1, ['\xe9']],
  ])('%j is read for as many lines as there are', (block, count, names) => {
    expect(gpioNamesOf(Uint8Array.from(Buffer.from(block, 'latin1')), count)).toEqual(names);
  });
});

describe('struct virtio_gpio_request', () => {
  it('is le16 type, le16 gpio, le32 value', () => {
    const bytes = new Uint8Array(10).fill(0xaa);
    writeGpioRequest(new DataView(bytes.buffer), 1, VIRTIO_GPIO_MSG.SET_VALUE, 0x0102, 0x8000_0001);
    expect([...bytes]).toEqual([0xaa, 5, 0, 2, 1, 1, 0, 0, 0x80, 0xaa]);
  });

  it('is read however the driver cut it', () => {
    const guest = new MockGuest(8);
    const driver = guest.driver<string>();
    const bytes = [6, 0, 0x34, 0x12, 0xff, 0, 0, 0x80];
    driver.addBuf(
      [bytes.slice(0, 3), bytes.slice(3)].map((part) => guest.alloc(Uint8Array.from(part))),
      [],
      'x',
    );
    driver.kickPrepare();
    const request = { type: 0, gpio: 0, value: 0 };
    readGpioRequest((guest.device().pop() as DescriptorChain).readable, request);
    expect(request).toEqual({ type: 6, gpio: 0x1234, value: 0x8000_00ff });
  });
});

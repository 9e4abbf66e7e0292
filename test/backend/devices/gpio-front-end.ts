import { expect } from 'vitest';
import { GpioLines, VirtioGpioDevice } from '../../../src/backend/gpio.ts';
import { Client } from '../../../src/backend/index.ts';
import {
  allocateQueueAreas,
  createDeviceQueue,
  createDriverQueue,
  DmaAllocator,
  type DmaBuffer,
  GuestMemory,
} from '../../../src/virtio/index.ts';

// virtio 1.4, 5.18. Numbers are written out: the messages are held to the specification, byte for byte.
export const GET_LINE_NAMES = 1;
export const GET_DIRECTION = 2;
export const SET_DIRECTION = 3;
export const GET_VALUE = 4;
export const SET_VALUE = 5;
export const SET_IRQ_TYPE = 6;
export const F_IRQ = 1;
export const F_IN_ORDER = 2 ** 35;
export const OK = 0;
export const ERR = 1;
export const OUT = 1;
export const IN = 2;
export const RISING = 1;
export const FALLING = 2;
export const BOTH = 3;
export const HIGH = 4;
export const LOW = 8;
export const INVALID = 0;
export const VALID = 1;
export const REQUESTQ = 0;
export const EVENTQ = 1;
export const UNTOUCHED = 0xee;

export const NAMES = ['led', '', 'card detect', ''];

/** What a line's wire is pulled by, beside the front-ends. */
export const WORLD = { name: 'the world' };

/** A front-end's driver that may put anything on either ring, and the device model behind it. */
export function frontEnd(
  lines: GpioLines,
  client = new Client('a guest'),
  features = F_IRQ,
  isPatient = false,
) {
  const buffer = new SharedArrayBuffer(1 << 20);
  const bytes = new Uint8Array(buffer);
  const memory = GuestMemory.over(buffer);
  const dma = new DmaAllocator(0x1000, (1 << 20) - 0x1000);
  const device = new VirtioGpioDevice(lines, client, isPatient);
  const accepted = device.acceptFeatures(features);
  const drivers = [0, 1].map(() => {
    const config = { ...allocateQueueAreas(dma, 64, 0), size: 64, features: 0 };
    return { driver: createDriverQueue<DmaBuffer>(memory, config), queue: createDeviceQueue(memory, config) };
  });
  const notified: number[] = [];
  device.activate(
    drivers.map(({ queue }) => queue),
    (queue) => notified.push(queue),
  );
  const alloc = (content: readonly number[]): DmaBuffer => {
    const addr = dma.alloc(Math.max(1, content.length));
    bytes.set(content, addr);
    return { addr, len: content.length };
  };
  /** Makes a request available; gives the buffer of its answer. */
  const add = (queue: number, readable: readonly number[], writable: number): DmaBuffer => {
    const response = alloc(Array<number>(writable).fill(UNTOUCHED));
    drivers[queue]?.driver.addBuf([alloc(readable)], writable === 0 ? [] : [response], response);
    drivers[queue]?.driver.kickPrepare();
    return response;
  };
  /** What came back on a queue: the bytes that the device says it wrote. */
  const used = (index: number): number[][] => {
    const driver = drivers[index]?.driver;
    const answers: number[][] = [];
    for (let token = driver?.getBuf(); token !== undefined; token = driver?.getBuf()) {
      answers.push([...bytes.subarray(token.addr, token.addr + (driver?.usedLength ?? 0))]);
    }
    return answers;
  };
  /** One request of raw bytes; its whole response. */
  const send = (request: readonly number[], writable = 2): number[] => {
    add(REQUESTQ, request, writable);
    device.processQueue(REQUESTQ);
    const [answer, ...more] = used(REQUESTQ);
    expect(more).toEqual([]);
    return answer as number[];
  };
  const ask = (type: number, line: number, value = 0, writable = 2): number[] =>
    send([type, type >> 8, line, line >> 8, value, value >> 8, value >> 16, value >>> 24], writable);
  const unmask = (line: number): DmaBuffer => {
    const event = add(EVENTQ, [line & 0xff, line >> 8], 1);
    device.processQueue(EVENTQ);
    return event;
  };
  const events = () => used(EVENTQ);
  const answers = () => used(REQUESTQ);
  return { device, accepted, ask, send, add, unmask, events, answers, notified, drivers };
}

export const fourLines = () => new GpioLines('/gpio', NAMES);

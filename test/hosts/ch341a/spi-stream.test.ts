import { describe, expect, it } from 'vitest';
import { Ch341aAdapter, Ch341aEmulator } from '../../../hosts/ch341a/index.ts';
import { pinStream } from '../../../hosts/ch341a/protocol.ts';
import { SpiStream } from '../../../hosts/ch341a/spi-stream.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { RecordingWire } from '../recording-wire.ts';

const PINS = { levels: 0x37, directions: 0x3f };
const SELECT = [0xab, 0xb6, 0x7f, 0x20];
const DESELECT = [0xab, 0xb7, 0x7f, 0x20];
const move = (tx: number[] | undefined, rx?: Uint8Array) => ({
  tx: tx && Uint8Array.from(tx),
  rx,
  length: tx?.length ?? rx?.length ?? 0,
});
/** A packet of 32 bytes that begins so. */
const packet = (...bytes: number[]) => [...bytes, ...new Array(32 - bytes.length).fill(0)];

describe('an SPI message to a CH341A (as flashrom ch341a_spi.c sends it)', () => {
  it('goes out in one transfer: pins in a packet of their own, then data, 31 bytes a packet', () => {
    const rx = new Uint8Array(40);
    const stream = new SpiStream();
    stream.pins(pinStream(PINS, 0));
    stream.exchange([move([0x03, 0x01]), move(undefined, rx)]);
    const [transfer, ...others] = stream.transfers();
    expect(others).toEqual([]);
    // 42 bytes, their bits reversed: 31 and 11.
    const sent = [...packet(...SELECT), ...packet(0xa8, 0xc0, 0x80), 0xa8, ...new Array(11).fill(0)];
    expect([...(transfer?.bytes ?? [])]).toEqual(sent);
    expect(transfer?.answers.map(({ length }) => length)).toEqual([31, 11]);
    transfer?.answers[0]?.take(new Uint8Array(31).fill(0x01));
    transfer?.answers[1]?.take(new Uint8Array(11).fill(0x02));
    expect([...rx]).toEqual([...new Array(29).fill(0x80), ...new Array(11).fill(0x40)]);
  });

  it('ends a transfer behind data that fill no packet', () => {
    const stream = new SpiStream();
    stream.pins(pinStream(PINS, 0));
    stream.exchange([move([0x06])]);
    stream.pins(pinStream(PINS, undefined));
    stream.pins(pinStream(PINS, 0));
    stream.exchange([move([0x05, 0])]);
    stream.pins(pinStream(PINS, undefined));
    expect(stream.transfers().map(({ bytes }) => [...bytes])).toEqual([
      [...packet(...SELECT), 0xa8, 0x60],
      [...packet(...DESELECT), ...packet(...SELECT), 0xa8, 0xa0, 0x00],
      DESELECT,
    ]);
  });

  it('takes 256 packets a transfer', () => {
    const stream = new SpiStream();
    stream.exchange([move(undefined, new Uint8Array(300 * 31))]);
    expect(stream.transfers().map(({ bytes, answers }) => [bytes.length, answers.length])).toEqual([
      [256 * 32, 256],
      [44 * 32, 44],
    ]);
  });
});

describe('the USB transfers of pages of a flash', () => {
  const PAGES = 16;

  /** An adapter, and what was begun on it, in its order. */
  async function watched() {
    const port = new EmulatedPort(new Ch341aEmulator(new RecordingWire()));
    const begun: ('in' | 'out')[] = [];
    const adapter = new Ch341aAdapter('CH341A', async () => {
      const usb = new EmulatedConnection(port);
      return {
        description: usb.description,
        endpoints: usb.endpoints,
        controlIn: (...request) => usb.controlIn(...request),
        controlOut: (...request) => usb.controlOut(...request),
        in: (...request) => {
          begun.push('in');
          return usb.in(...request);
        },
        inEach: (endpoint, length, count, ...more) => {
          begun.push(...new Array<'in'>(count).fill('in'));
          return usb.inEach(endpoint, length, count, ...more);
        },
        out: (...request) => {
          begun.push('out');
          return usb.out(...request);
        },
        close: () => usb.close(),
      };
    });
    await adapter.open();
    await adapter.spi.transfer(0, 0, [part(1, false)]);
    begun.length = 0;
    return { adapter, begun };
  }

  const part = (length: number, csChange: boolean) => spiTransfer({ tx: new Uint8Array(length), csChange });
  /** Write enable, the page behind its instruction and address, and a look at the status. */
  const pages = (count: number) =>
    Array.from({ length: count }, (_, i) => [part(1, true), part(260, true), part(2, i < count - 1)]).flat();

  it('are no more than flashrom’s: 14 a page, and one more a message', async () => {
    const { adapter, begun } = await watched();
    await adapter.spi.transfer(0, 0, pages(PAGES));
    // An answer for each packet of 31 bytes: 1, 9 and 1. A transfer ends with a packet that is not full.
    expect(begun.filter((way) => way === 'in')).toHaveLength(11 * PAGES);
    expect(begun.filter((way) => way === 'out')).toHaveLength(3 * PAGES + 1);
    await adapter.close();
  });
});

import { describe, expect, it } from 'vitest';
import { Ch347Adapter, Ch347Emulator } from '../../../hosts/ch347/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { MEMORY, PICKY, RecordingWire } from '../recording-wire.ts';

/** The chip, and all that the controller sends to it, in hex. */
function chip() {
  const wire = new RecordingWire();
  const port = new EmulatedPort(new Ch347Emulator(wire));
  const usb = new EmulatedConnection(port);
  const sent: string[] = [];
  const adapter = new Ch347Adapter('the adapter', async () => {
    const real = new EmulatedConnection(port);
    return {
      description: real.description,
      endpoints: real.endpoints,
      controlIn: (...all) => real.controlIn(...all),
      controlOut: (...all) => real.controlOut(...all),
      in: (...all) => real.in(...all),
      inEach: (...all) => real.inEach(...all),
      out: (endpoint, data, signal) => {
        sent.push(Buffer.from(data).toString('hex'));
        return real.out(endpoint, data, signal);
      },
      close: () => real.close(),
    };
  });
  const ask = async (...bytes: number[]) => {
    await usb.out(0x06, Uint8Array.from(bytes));
    return [...(await usb.in(0x86, 512))];
  };
  return { wire, usb, ask, adapter, sent };
}

describe('a CH347 (flashrom ch347_spi.c, Linux drivers by aystarik and Seeed)', () => {
  it('answers a stream of I2C with an ACK for each written byte and what was read', async () => {
    const { ask, wire } = chip();
    wire.memory.set([0x12, 0x34], 3);
    expect(await ask(0xaa, 0x74, 0x82, 0xa0, 3, 0x74, 0x81, 0xa1, 0xc1, 0xc0, 0x75, 0)).toEqual([
      1, 1, 1, 0x12, 0x34,
    ]);
    expect(wire.log).toEqual(['W50', '<03', 'R50', '>12', '>34', 'P']);
    expect(await ask(0xaa, 0x74, 0x84, PICKY << 1, 1, 2, 3, 0x75, 0)).toEqual([1, 1, 1, 0]);
  });

  it('answers a write of SPI by four bytes, a selection by none, and a read in parts of 507', async () => {
    const { ask, usb, wire } = chip();
    await usb.out(0x06, Uint8Array.of(0xc1, 10, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    expect(await ask(0xc4, 4, 0, 3, 0, 0, 0)).toEqual([0xc4, 1, 0, 0]);
    const first = await ask(0xc3, 4, 0, 0x58, 0x02, 0, 0);
    const rest = [...(await usb.in(0x86, 512))];
    expect([first.length, ...first.slice(0, 3)]).toEqual([510, 0xc3, 0xfb, 0x01]);
    expect(rest.slice(0, 3)).toEqual([0xc3, 600 - 507, 0]);
    expect([...first.slice(3), ...rest.slice(3)]).toEqual([...wire.flash.subarray(0, 600)]);
    await usb.out(0x06, Uint8Array.of(0xc1, 10, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
    expect(wire.log.at(-1)).toBe(']');
  });

  it('tells of pins by bits 7 and 6', async () => {
    const { ask } = chip();
    expect(await ask(0xcc, 8, 0, 0xf8, 0xf0, 0, 0, 0, 0, 0, 0)).toEqual([
      ...[0xcc, 8, 0],
      ...[0xc0, 0x80, 0x40, 0x40, 0x40, 0x40, 0x40, 0x40],
    ]);
  });
});

describe('the controller of a CH347', () => {
  it('configures SPI as flashrom does, for 15 MHz', async () => {
    const { adapter, sent } = chip();
    await adapter.open();
    await adapter.spi.transfer(0, 0, [spiTransfer({ tx: Uint8Array.of(0x9f) })]);
    const configuration = sent.find((bytes) => bytes.startsWith('c0'));
    // 04 01 at 5, 02 at 14, 10 at 15, 07 at 19.
    expect(configuration).toBe(`c01a00${'0000040100000000000000021000000007'}${'00'.repeat(9)}`);
    await adapter.spi.transfer(1, 3, [spiTransfer({ tx: Uint8Array.of(0x9f), speedHz: 1_000_000 })]);
    expect(sent.filter((bytes) => bytes.startsWith('c0')).at(-1)).toBe(
      `c01a00${'0000040100000200010000023000000007'}${'00'.repeat(9)}`,
    );
    await adapter.close();
  });

  it('takes what another program left due for no answer', async () => {
    const { adapter, usb, wire } = chip();
    await usb.out(0x06, Uint8Array.of(0xaa, 0x74, 0x82, 0xa0, 7, 0));
    await adapter.open();
    const read = { addr: MEMORY, flags: 1, buf: new Uint8Array(1) };
    wire.memory[8] = 0x5a;
    await adapter.i2c.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(8) }, read]);
    expect([...read.buf]).toEqual([0x5a]);
    expect(wire.log).toEqual(['W50', '<07', 'P', 'W50', '<08', 'R50', '>5a', 'P']);
    await adapter.close();
  });

  it('refuses another chip with its ids', async () => {
    const { usb } = chip();
    const answers = async () => Uint8Array.of(0xca, 1, 0, 0);
    const other = new Ch347Adapter('the adapter', async () => ({
      description: 'a device',
      endpoints: usb.endpoints,
      controlIn: answers,
      controlOut: async () => {},
      in: (_endpoint, _length, signal) =>
        new Promise((resolve) => {
          asked = () => resolve(answers());
          signal?.addEventListener('abort', () => {});
        }),
      inEach: async () => {},
      out: async () => asked(),
      close: async () => {},
    }));
    let asked: () => void = () => {};
    await expect(other.open()).rejects.toThrow('EPROTO: no CH347 found');
  });
});

import { describe, expect, it } from 'vitest';
import { Ch341aEmulator } from '../../../hosts/ch341a/index.ts';
import { i2cStream, speedStream } from '../../../hosts/ch341a/protocol.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { RecordingWire } from '../recording-wire.ts';

const OUT = 0x02;
const IN = 0x82;

function chip() {
  const wire = new RecordingWire();
  const usb = new EmulatedConnection(new EmulatedPort(new Ch341aEmulator(wire)));
  /** Streams as other programs send them, and what comes back. */
  const ask = async (...stream: number[]): Promise<number[]> => {
    await usb.out(OUT, Uint8Array.from(stream));
    return [...(await usb.in(IN, 32))];
  };
  return { wire, usb, ask };
}

describe('the I2C stream of the emulated CH341A', () => {
  it('answers a probe with bit 7 clear or set', async () => {
    const { ask, wire } = chip();
    expect(await ask(0xaa, 0x74, 0x80, 0xa0, 0x75, 0x00)).toEqual([0x00]);
    expect(await ask(0xaa, 0x74, 0x80, 0x66, 0x75, 0x00)).toEqual([0x80]);
    expect(wire.log).toEqual(['W50', 'P', 'W33!']);
  });

  it('writes without answers, and reads as ch341-i2c-spi-gpio does', async () => {
    const { ask, wire, usb } = chip();
    wire.memory.set([7, 8, 9, 10], 0x10);
    expect(await ask(0xaa, 0x74, 0x82, 0xa0, 0x10, 0x74, 0x81, 0xa1, 0xc3, 0xc0, 0x75, 0)).toEqual([
      7, 8, 9, 10,
    ]);
    expect(wire.log).toEqual(['W50', '<10', 'R50', '>07', '>08', '>09', '>0a', 'P']);
    // Behind the end, and in the next packet, a stream begins anew.
    wire.log = [];
    await usb.out(OUT, Uint8Array.of(0xaa, 0x00, 0x74, 0x80, 0xa0));
    expect(wire.log).toEqual([]);
  });

  it('goes on without STOP in the next packet, and waits where it is told to', async () => {
    const { ask, wire } = chip();
    expect(await ask(0xaa, 0x74, 0x80, 0xa0, 0x45, 0x51, 0x00)).toEqual([0]);
    expect(await ask(0xaa, 0x80, 0x20, 0x74, 0x80, 0xa1, 0xc0, 0x75, 0x00)).toHaveLength(3);
    expect(wire.log).toEqual(['W50', '<20', 'R50', '>00', 'P']);
  });
});

describe('the streams that dtbus sends', () => {
  const refused = () => undefined;

  it('have every written byte answered, and the last one read refused', () => {
    const stream = i2cStream([
      { kind: 'start' },
      { kind: 'write', bytes: Uint8Array.of(0xa0, 0x10), refused },
      { kind: 'start' },
      { kind: 'write', bytes: Uint8Array.of(0xa1), refused },
      { kind: 'read', into: new Uint8Array(4), acks: 'all but the last' },
      { kind: 'stop' },
    ]);
    expect(Buffer.from(stream).toString('hex')).toBe('aa7480a080107480a1c3c07500');
  });

  it('read without the last refusal where more follows, and a single byte', () => {
    expect([...i2cStream([{ kind: 'read', into: new Uint8Array(31), acks: 'all' }])]).toEqual([
      0xaa, 0xdf, 0,
    ]);
    expect([...i2cStream([{ kind: 'read', into: new Uint8Array(1), acks: 'all but the last' }])]).toEqual([
      0xaa, 0xc0, 0,
    ]);
  });

  it('set one of four clocks', () => {
    expect([...speedStream(2)]).toEqual([0xaa, 0x62, 0x00]);
  });
});

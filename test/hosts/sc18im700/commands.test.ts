import { describe, expect, it } from 'vitest';
import { emulatedLink } from '../../../hosts/link/index.ts';
import { EmulatedPins } from '../../../hosts/pins/index.ts';
import { Sc18im700Adapter, Sc18im700Emulator } from '../../../hosts/sc18im700/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { ABSENT, MEMORY, PICKY, RecordingWire } from '../recording-wire.ts';
import { SDA_HELD } from '../suite/held-line.ts';

function bridge() {
  const wire = new RecordingWire();
  const pins = new EmulatedPins();
  const emulator = new Sc18im700Emulator({ i2c: wire.i2c, pins });
  const ask = (...bytes: (number | string)[]) => [
    ...emulator.feed(
      Buffer.concat(
        bytes.map((each) => (typeof each === 'string' ? Buffer.from(each) : Uint8Array.of(each))),
      ),
    ),
  ];
  return { wire, pins, ask, adapter: new Sc18im700Adapter('the adapter', emulatedLink(emulator)) };
}

describe('the commands of an SC18IM700', () => {
  it('write and read, answer nothing but what was read, and keep the status', () => {
    const { ask, wire } = bridge();
    // The data have the STOP character in them.
    expect(ask('S', 0xa0, 2, 3, 'P', 'P')).toEqual([]);
    expect(ask('S', 0xa0, 1, 3, 'S', 0xa1, 2, 'P')).toEqual([0x50, 0]);
    expect(wire.log).toEqual(['W50', '<03', '<50', 'P', 'W50', '<03', 'R50', '>50', '>00', 'P']);
    expect(ask('R', 0x0a, 'P')).toEqual([0xf0]);
    expect(ask('S', (ABSENT << 1) | 1, 2, 'P', 'R', 0x0a, 'P')).toEqual([0xf1]);
    expect(ask('S', PICKY << 1, 3, 1, 2, 3, 'P', 'R', 0x0a, 'P')).toEqual([0xf2]);
  });

  it('tell the registers behind a reset: 9600 baud, inputs, the clock (data sheet)', () => {
    const { ask } = bridge();
    expect(ask('R', 0, 1, 2, 3, 7, 8, 'P')).toEqual([0xf0, 0x02, 0x55, 0x55, 0x13, 0x13]);
  });
});

describe('the controller of an SC18IM700', () => {
  const read = () => ({ addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(4) });

  it('takes data that look like a status for data', async () => {
    const { adapter, wire } = bridge();
    await adapter.open();
    wire.memory.set([0xf1, 0xf0, 0xf1, 0xf2], 7);
    const got = read();
    await adapter.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(7) }, got]);
    expect([...got.buf]).toEqual([0xf1, 0xf0, 0xf1, 0xf2]);
    await expect(adapter.transfer([{ ...read(), addr: ABSENT }])).rejects.toThrow('ENXIO');
    await adapter.transfer([read()]);
    await adapter.close();
  });

  it('ends a command that another program left unfinished', async () => {
    const { ask, adapter, wire } = bridge();
    ask('S', 0xa0, 200, 1, 2);
    await adapter.open();
    await adapter.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(9) }]);
    expect(wire.log).toEqual(['W50', '<09', 'P']);
    await adapter.close();
  });

  it('says that a line is held low, and works again once it is free', async () => {
    const { adapter, wire } = bridge();
    await adapter.open();
    wire.i2c.injected.faults = SDA_HELD;
    await expect(adapter.transfer([read()])).rejects.toThrow(
      'EBUSY: SDA or SCL is held low, and an SC18IM700 cannot free the bus: switch its parts off and on',
    );
    expect(wire.log).toEqual([]);
    wire.i2c.injected.faults = undefined;
    await adapter.transfer([read()]);
    await adapter.close();
  });

  it('has eight lines', async () => {
    const { adapter, pins } = bridge();
    await adapter.open();
    await adapter.lines.drive(0, true);
    await adapter.lines.drive(7, false);
    expect([pins.outputs, pins.levels & 0x81]).toEqual([0x81, 1]);
    pins.outside = 0xfff7;
    expect(await adapter.lines.get(3)).toBe(false);
    await adapter.close();
    expect(pins.outputs).toBe(0);
  });
});

import { describe, expect, it } from 'vitest';
import { BusPirateAdapter, BusPirateEmulator, DEFAULT_SETTINGS } from '../../../hosts/bus-pirate/index.ts';
import {
  DEFAULT_SETTINGS as BUS_PIRATE_5_SETTINGS,
  BusPirate5Adapter,
  BusPirate5Emulator,
} from '../../../hosts/bus-pirate-5/index.ts';
import {
  I2cDriverAdapter,
  I2cDriverEmulator,
  SpiDriverAdapter,
  SpiDriverEmulator,
} from '../../../hosts/excamera/index.ts';
import { FirmataAdapter, FirmataEmulator } from '../../../hosts/firmata/index.ts';
import type { LinkEvents, LinkOpener } from '../../../hosts/link/index.ts';
import { MicropythonAdapter, MicropythonEmulator, type Settings } from '../../../hosts/micropython/index.ts';
import { Sc18im700Adapter, Sc18im700Emulator } from '../../../hosts/sc18im700/index.ts';
import { SerprogAdapter, SerprogEmulator } from '../../../hosts/serprog/index.ts';
import { UsbIssAdapter, UsbIssEmulator } from '../../../hosts/usb-iss/index.ts';
import { BusFault, type HostAdapter, I2C_M } from '../../../src/bus/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import type { Peer } from '../bus-pirate/direct-link.ts';
import { inFakeTime } from '../fake-time.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';

/** Serial adapters that go away at each step of each command: before a piece is sent, behind it, and in the middle of its answer. */

const NAME = 'the cable';
/** Two numbers of a byte each that no transfer had before are written, and looked for on the wire. */
const TAG = 0x55;
const PLACES = ['before it arrives', 'before its answer', 'in the middle of its answer'] as const;

const MICROPYTHON: Settings = {
  baud: 115_200,
  i2c: { id: undefined, scl: '5', sda: '4' },
  spi: undefined,
  lines: [],
};

interface Kind {
  readonly name: string;
  readonly bus: 'i2c' | 'spi';
  readonly emulate: (wire: RecordingWire) => Peer;
  readonly drive: (open: LinkOpener) => HostAdapter;
}

const KINDS: readonly Kind[] = [
  {
    name: 'Bus Pirate',
    bus: 'i2c',
    emulate: ({ i2c, spi }) => new BusPirateEmulator({ i2c, spi }),
    drive: (open) => new BusPirateAdapter(NAME, DEFAULT_SETTINGS, open),
  },
  {
    name: 'Bus Pirate 5',
    bus: 'i2c',
    emulate: ({ i2c, spi }) => new BusPirate5Emulator({ i2c, spi }),
    drive: (open) => new BusPirate5Adapter(NAME, BUS_PIRATE_5_SETTINGS, open),
  },
  {
    name: 'serprog programmer',
    bus: 'spi',
    emulate: ({ spi }) => new SerprogEmulator({ spi }),
    drive: (open) => new SerprogAdapter(NAME, 1, open),
  },
  {
    name: 'board with MicroPython',
    bus: 'i2c',
    emulate: ({ i2c }) => new MicropythonEmulator({ i2c }),
    drive: (open) => new MicropythonAdapter(NAME, MICROPYTHON, open),
  },
  {
    name: 'board with Firmata',
    bus: 'i2c',
    emulate: ({ i2c }) => new FirmataEmulator({ i2c }),
    drive: (open) => new FirmataAdapter(NAME, { chipSelects: [] }, open),
  },
  {
    name: 'I2CDriver',
    bus: 'i2c',
    emulate: ({ i2c }) => new I2cDriverEmulator({ i2c }),
    drive: (open) => new I2cDriverAdapter(NAME, open),
  },
  {
    name: 'SPIDriver',
    bus: 'spi',
    emulate: ({ spi }) => new SpiDriverEmulator({ spi }),
    drive: (open) => new SpiDriverAdapter(NAME, open),
  },
  {
    name: 'USB-ISS',
    bus: 'i2c',
    emulate: ({ i2c }) => new UsbIssEmulator({ i2c }),
    drive: (open) => new UsbIssAdapter(NAME, open),
  },
  {
    name: 'USB-ISS with SPI',
    bus: 'spi',
    emulate: ({ spi }) => new UsbIssEmulator({ spi }),
    drive: (open) => new UsbIssAdapter(NAME, open),
  },
  {
    name: 'SC18IM700',
    bus: 'i2c',
    emulate: ({ i2c }) => new Sc18im700Emulator({ i2c }),
    drive: (open) => new Sc18im700Adapter(NAME, open),
  },
];

/** A port that a new adapter is on each time that it was unplugged, and that vanishes when it is told to. */
class Cable {
  readonly #make: () => Peer;
  #peer: Peer;
  #events: LinkEvents | undefined;
  #isThere = true;
  /** Pieces that were sent. */
  steps = 0;
  vanishes: { readonly step: number; readonly place: (typeof PLACES)[number] } | undefined;

  constructor(make: () => Peer) {
    this.#make = make;
    this.#peer = make();
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  replug(): void {
    this.#peer = this.#make();
    this.#isThere = true;
  }

  readonly open: LinkOpener = async (events) => {
    if (!this.#isThere) throw new BusFault('ENODEV', 'no such port');
    this.#events = events;
    const peer = this.#peer;
    return {
      name: NAME,
      write: (bytes) => {
        if (this.#events !== events || !this.#isThere) return;
        const { step, place } = this.vanishes ?? {};
        const now = step === this.steps++;
        if (now && place === 'before it arrives') this.#vanish();
        else queueMicrotask(() => this.#answer(peer, bytes, now ? place : undefined));
      },
      setBaudRate: async () => {},
      close: async () => {
        if (this.#events === events) this.#events = undefined;
      },
    };
  };

  #answer(
    peer: Peer,
    bytes: Uint8Array,
    place: Exclude<Cable['vanishes'], undefined>['place'] | undefined,
  ): void {
    if (!this.#isThere) return;
    const answer = peer.feed(bytes);
    const part = place === undefined ? answer : answer.subarray(0, answer.length >> 1);
    if (place !== 'before its answer' && part.length > 0) this.#events?.data(part);
    if (place !== undefined) this.#vanish();
  }

  #vanish(): void {
    this.#isThere = false;
    const events = this.#events;
    this.#events = undefined;
    queueMicrotask(() => events?.lost('pulled'));
  }
}

describe.each(KINDS)('a $name that is unplugged', ({ bus, emulate, drive }) => {
  function start() {
    const wire = new RecordingWire();
    const cable = new Cable(() => emulate(wire));
    const host = drive(cable.open);
    let number = 0;
    const hex = (byte: number) => byte.toString(16).padStart(2, '0');
    /** Writes what no other transfer did, and reads. @returns the fault; the wire has it once at most, and once where there was none */
    const transfer = async (): Promise<BusFault | undefined> => {
      number++;
      const data = Uint8Array.of(TAG, number >> 8, number & 0xff);
      let fault: unknown;
      try {
        if (bus === 'spi') await host.spi?.transfer(0, 0, [spiTransfer({ tx: data })]);
        else {
          await host.i2c?.transfer([{ addr: MEMORY, flags: 0, buf: data }]);
          const read = { addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(2) };
          await host.i2c?.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(TAG) }, read]);
          expect([...read.buf]).toEqual([...data.subarray(1)]);
        }
      } catch (error) {
        fault = error;
      }
      const sent = [...data].map((byte) => `${bus === 'spi' ? '' : '<'}${hex(byte)}`).join(' ');
      const times = wire.log.join(' ').split(sent).length - 1;
      expect(times).toBeLessThanOrEqual(1);
      if (fault === undefined) expect(times).toBe(1);
      else if (!(fault instanceof BusFault)) throw fault;
      return fault;
    };
    return { cable, host, transfer };
  }

  it.each(PLACES)(
    'at each step of a transfer, %s, is ENODEV, sends nothing twice, and is well again',
    async (place) => {
      await inFakeTime(async () => {
        const { cable, host, transfer } = start();
        await host.open();
        expect(await transfer()).toBeUndefined();
        const from = cable.steps;
        expect(await transfer()).toBeUndefined();
        const steps = cable.steps - from;
        expect(steps).toBeGreaterThan(0);
        for (let at = 0; at < steps; at++) {
          cable.vanishes = { step: cable.steps + at, place };
          const fault = await transfer();
          cable.vanishes = undefined;
          expect(cable.isThere, `step ${at}`).toBe(false);
          // Behind the last answer nothing is missing: the next transfer is told.
          expect((fault ?? (await transfer()))?.code, `step ${at}`).toBe('ENODEV');
          await expect(Promise.resolve(host.open())).rejects.toThrow('ENODEV');
          cable.replug();
          await host.open();
          expect(await transfer()).toBeUndefined();
          // The first one after an opening may have told the adapter more.
          expect(await transfer()).toBeUndefined();
        }
        await host.close();
      });
    },
  );

  it.each(PLACES)('at each step of its opening, %s, is told, and opens once it is back', async (place) => {
    await inFakeTime(async () => {
      const { cable, host, transfer } = start();
      await host.open();
      const steps = cable.steps;
      expect(steps).toBeGreaterThan(0);
      await host.close();
      for (let at = 0; at < steps; at++) {
        cable.replug();
        cable.vanishes = { step: cable.steps + at, place };
        const fault = await Promise.resolve(host.open()).then(
          () => undefined,
          (error: unknown) => error as BusFault,
        );
        cable.vanishes = undefined;
        expect(cable.isThere, `step ${at}`).toBe(false);
        if (fault === undefined) expect((await transfer())?.code).toBe('ENODEV');
        else expect(['ENODEV', 'EPROTO'], fault.message).toContain(fault.code);
        cable.replug();
        await host.open();
        expect(await transfer()).toBeUndefined();
        await host.close();
      }
    });
  });
});

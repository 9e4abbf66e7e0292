import { describe, expect, it } from 'vitest';
import {
  BusPirateAdapter,
  BusPirateEmulator,
  DEFAULT_SETTINGS,
  type Settings,
  V3_FIRMWARE_6_1,
  V4_FIRMWARE_8_0,
} from '../../../hosts/bus-pirate/index.ts';
import { BusFault, I2C_M } from '../../../src/bus/index.ts';
import { faultOf } from '../controller-suite.ts';
import { inFakeTime } from '../fake-time.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';
import { directLink, type Peer } from './direct-link.ts';

const text = (string: string) => Buffer.from(string, 'latin1');
const zeros = new Uint8Array(20);

function bench(options: { traits?: typeof V4_FIRMWARE_8_0; settings?: Partial<Settings> } = {}) {
  const wire = new RecordingWire();
  const { traits = V4_FIRMWARE_8_0 } = options;
  const emulator = new BusPirateEmulator({ i2c: wire.i2c, spi: wire.spi, traits });
  const link = directLink(emulator);
  const host = new BusPirateAdapter('the cable', { ...DEFAULT_SETTINGS, ...options.settings }, link.open);
  const readMemory = async () => {
    const buf = new Uint8Array(1);
    await host.i2c.transfer([
      { addr: MEMORY, flags: 0, buf: Uint8Array.of(0) },
      { addr: MEMORY, flags: I2C_M.RD, buf },
    ]);
    return buf[0];
  };
  return { wire, emulator, link, host, readMemory };
}

describe('opening finds the adapter', () => {
  const SPI_WAITS_FOR_4096_BYTES = [1, 0x04, 0x10, 0x00, 0x00, 0x00];
  it.each<[string, Uint8Array[]]>([
    ['at its prompt', []],
    ['at its prompt with half a line typed', [text('abc')]],
    ['in a menu', [text('b\n')]],
    ['two menus deep', [text('b\n10\n')]],
    ['in bitbang mode', [zeros]],
    ['in SPI mode', [zeros, Uint8Array.of(1)]],
    ['in I2C mode', [zeros, Uint8Array.of(2)]],
    ['in a mode that nobody here uses', [zeros, Uint8Array.of(3)]],
    ['waiting for the rest of a bulk write', [zeros, Uint8Array.of(2, 0x1f, 1, 2)]],
    ['waiting for 4096 bytes of a write', [zeros, Uint8Array.from(SPI_WAITS_FOR_4096_BYTES)]],
  ])('%s', async (_, before) => {
    const { emulator, host, readMemory, wire } = bench();
    for (const bytes of before) emulator.feed(bytes);
    wire.memory[0] = 0x5e;
    await inFakeTime(async () => host.open());
    expect(host.description).toBe('Bus Pirate v4 on the cable');
    expect(await readMemory()).toBe(0x5e);
    await host.close();
  });

  it('although it said something that nobody listened to', async () => {
    const { host, link, readMemory } = bench();
    const opening = host.open();
    queueMicrotask(() => link.talk(text('\0\0garbage\r\nHi')));
    await opening;
    expect(await readMemory()).toBe(0);
  });

  it('again after it was closed', async () => {
    const { host, link, readMemory } = bench();
    await host.open();
    await host.close();
    expect(await faultOf(readMemory)).toBe('ENODEV');
    await host.open();
    expect(await readMemory()).toBe(0);
    expect(link.opened).toBe(2);
  });
});

describe('closing', () => {
  it('leaves the adapter at its prompt, for a person', async () => {
    const { host, emulator, readMemory } = bench();
    await host.open();
    await readMemory();
    await host.close();
    expect(Buffer.from(emulator.feed(text('i\n'))).toString()).toContain('Bus Pirate v4');
  });

  it('may come first, and twice', async () => {
    const { host } = bench();
    await host.close();
    await host.open();
    await Promise.all([host.close(), host.close()]);
  });
});

describe('what is no Bus Pirate is EPROTO, in one sentence that names the port', () => {
  const nmea = text('$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n');
  it.each<[string, Peer]>([
    ['nobody', { feed: () => new Uint8Array(0) }],
    ['an echo', { feed: (bytes) => bytes }],
    ['a talker', { feed: () => nmea }],
    ['a flood', { feed: () => new Uint8Array(30_000) }],
    [
      'a thing that knows BBIO1 but not who it is',
      { feed: (bytes) => text(bytes[0] === 0 ? 'BBIO1' : 'HiZ>') },
    ],
  ])('%s', async (_, peer) => {
    const host = new BusPirateAdapter('/dev/ttyUSB7', DEFAULT_SETTINGS, directLink(peer).open);
    const fault = await inFakeTime(async () => host.open()?.catch((error: unknown) => error as BusFault));
    expect(fault).toBeInstanceOf(BusFault);
    expect(fault?.code).toBe('EPROTO');
    expect(fault?.message).toMatch(/^EPROTO: no Bus Pirate v3 or v4 found on the cable.*check the port/);
  });
});

describe('current-speed', () => {
  it('is set by the menu and spoken from then on', async () => {
    const { host, link, readMemory } = bench({ traits: V3_FIRMWARE_6_1, settings: { baud: 1_000_000 } });
    await host.open();
    // 4 MHz / 1 Mbaud - 1
    expect(Buffer.from(link.sent).toString('latin1')).toContain('b\n10\n3\n ');
    expect(link.baud).toBe(1_000_000);
    expect(await readMemory()).toBe(0);
    await host.close();
  });

  it('means nothing to a v4, which is a USB device itself', async () => {
    const { host, link } = bench({ settings: { baud: 1_000_000 } });
    await host.open();
    expect(link.sent).not.toContain('b'.charCodeAt(0));
  });

  it('cannot be had from a firmware before 5.5', async () => {
    const traits = { ...V3_FIRMWARE_6_1, firmware: 'Firmware v5.4 (r500)' };
    const { host } = bench({ traits, settings: { baud: 1_000_000 } });
    expect(await faultOf(() => host.open())).toBe('EOPNOTSUPP');
  });

  it('is tried when the adapter does not answer at its usual speed', async () => {
    const { emulator } = bench({ traits: V3_FIRMWARE_6_1 });
    let listening = 1_000_000;
    const link = directLink({
      feed: (bytes) => {
        if (link.baud !== listening) return text('\xff\xfe');
        const answer = emulator.feed(bytes);
        // The reset that 0F asks for puts it back to 115200 baud.
        if (Buffer.from(answer).includes('HiZ>')) {
          listening = 115_200;
          queueMicrotask(() => link.talk(answer.subarray(1)));
          return answer.subarray(0, 1);
        }
        return answer;
      },
    });
    const host = new BusPirateAdapter('the cable', { ...DEFAULT_SETTINGS, baud: 1_000_000 }, link.open);
    // It comes as far as the menu for the speed, which this peer takes for its old one.
    expect(await faultOf(() => host.open())).toBe('EPROTO');
    expect(Buffer.from(link.sent).toString('latin1')).toContain('b\n10\n3\n');
  });
});

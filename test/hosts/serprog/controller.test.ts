import { describe, expect, it } from 'vitest';
import { Faults } from '../../../hosts/link/index.ts';
import {
  createAdapter,
  type EmulatorOptions,
  SerprogAdapter,
  SerprogEmulator,
} from '../../../hosts/serprog/index.ts';
import { COMMAND } from '../../../hosts/serprog/protocol.ts';
import { type BusFault, NodeError, SPI_MODE, type SpiTransfer } from '../../../src/bus/index.ts';
import { node } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';
import { directLink, type Peer } from '../bus-pirate/direct-link.ts';
import { faultOf } from '../controller-suite.ts';
import { inFakeTime } from '../fake-time.ts';
import { FLASH_ID, RecordingWire } from '../recording-wire.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

async function bench(options: Partial<EmulatorOptions> = {}, chipSelects = 1) {
  const wire = new RecordingWire();
  const faults = new Faults();
  const emulator = new SerprogEmulator({ spi: wire.spi, ...options });
  const link = directLink({
    feed: (sent) => {
      const taken = faults.incoming(sent).bytes;
      return faults.hanging ? new Uint8Array(0) : faults.outgoing(emulator.feed(taken));
    },
  });
  const host = new SerprogAdapter('the cable', chipSelects, link.open);
  await host.open();
  link.sent.length = 0;
  const spi = (mode: number, ...transfers: Partial<SpiTransfer>[]) =>
    host.spi.transfer(0, mode, transfers.map(spiTransfer));
  const readId = async () => {
    const rx = new Uint8Array(3);
    await spi(0, { tx: bytes(0x9f) }, { rx });
    return [...rx];
  };
  return { wire, faults, emulator, link, host, spi, readId };
}

describe('opening', () => {
  it('finds the programmer and its name', async () => {
    const { host, readId } = await bench({ name: 'pico' });
    expect(host.description).toBe('pico (serprog) on the cable');
    expect(await readId()).toEqual(FLASH_ID);
    await host.close();
    expect(await faultOf(readId)).toBe('ENODEV');
  });

  it('finds one that waits for the end of a command', async () => {
    const wire = new RecordingWire();
    const emulator = new SerprogEmulator({ spi: wire.spi });
    emulator.feed(bytes(0x13, 4, 0, 0, 0, 0, 0, 1));
    const host = new SerprogAdapter('the cable', 1, directLink(emulator).open);
    await host.open();
    await host.spi.transfer(0, 0, [spiTransfer({ tx: bytes(1) })]);
  });

  it.each<[string, Peer]>([
    ['nobody', { feed: () => new Uint8Array(0) }],
    ['an echo', { feed: (sent) => sent }],
    ['interface version 2', { feed: ([code]) => (code === 0x10 ? bytes(0x15, 6) : bytes(6, 2, 0)) }],
  ])('%s is EPROTO', async (_, peer) => {
    const host = new SerprogAdapter('the cable', 1, directLink(peer).open);
    const fault = await inFakeTime(() => host.open().catch((error: BusFault) => error));
    expect(fault?.message).toMatch(/^EPROTO: no serprog programmer \(interface 1\) found on the cable/);
  });

  it('a programmer without SPI is EPROTO', async () => {
    const emulator = new SerprogEmulator({ spi: new RecordingWire().spi, without: [COMMAND.SPI_OPERATION] });
    const host = new SerprogAdapter('the cable', 1, directLink(emulator).open);
    expect(await faultOf(() => host.open())).toBe('EPROTO');
  });

  it('switches the pins on, closing switches them off', async () => {
    const { emulator, host, spi } = await bench();
    await spi(0, { tx: bytes(1), csChange: true });
    expect(emulator.driving).toBe(true);
    await host.close();
    expect(emulator.driving).toBe(false);
  });

  it('asks a small programmer for the few things it knows', async () => {
    const optional = Object.values(COMMAND).filter((code) => code > 0x05 && code !== 0x10 && code !== 0x13);
    const { host, readId } = await bench({ without: [0x03, 0x04, ...optional] });
    expect(host.description).toBe('serprog programmer on the cable');
    expect(await readId()).toEqual(FLASH_ID);
  });
});

describe('a message', () => {
  it('that sends, then receives, is one operation', async () => {
    const { link, readId, wire } = await bench();
    await readId();
    expect(link.sent).toEqual([0x16, 0, 0x13, 1, 0, 0, 3, 0, 0, 0x9f]);
    expect(wire.log).toEqual(['[0', '9f', '00', '00', '00', ']']);
  });

  it('is one operation also when its answer comes in many pieces', async () => {
    const { link, spi, wire } = await bench();
    const rx = new Uint8Array(wire.flash.length);
    await spi(0, { tx: bytes(0x03, 0, 0, 0) }, { rx });
    expect(link.sent.filter((byte) => byte === COMMAND.SPI_OPERATION)).toHaveLength(1);
    expect(Buffer.from(rx).equals(wire.flash)).toBe(true);
  });

  it('asks for its clock when that is new', async () => {
    const { link, spi } = await bench();
    await spi(0, { tx: bytes(1), speedHz: 8_000_000 }, { tx: bytes(2), speedHz: 1_000_000 });
    expect(link.sent.slice(2, 7)).toEqual([0x14, 0x40, 0x42, 0x0f, 0]);
    link.sent.length = 0;
    await spi(0, { tx: bytes(1), speedHz: 1_000_000 });
    await spi(0, { tx: bytes(1) });
    expect(link.sent).not.toContain(0x14);
  });

  it('that asks for a clock below the slowest is EINVAL', async () => {
    const { spi } = await bench();
    const fault = await spi(0, { tx: bytes(1), speedHz: 50_000 }).catch((error: BusFault) => error);
    expect(fault?.message).toMatch(/^EINVAL: invalid SPI clock 50000 Hz: .* supports 100000 Hz and more$/);
  });

  it('in another mode than 0 is EOPNOTSUPP', async () => {
    const { spi } = await bench();
    for (const mode of [SPI_MODE.CPHA, SPI_MODE.CPOL, SPI_MODE.CS_HIGH]) {
      expect(await faultOf(() => spi(mode, { tx: bytes(1) }))).toBe('EOPNOTSUPP');
    }
  });

  it.each<[string, string, Partial<SpiTransfer>]>([
    ['words of 9 bits', 'EOPNOTSUPP', { tx: bytes(0, 0), bitsPerWord: 9 }],
    ['two data lines', 'EOPNOTSUPP', { rxNbits: 2 }],
    ['delays between words', 'EOPNOTSUPP', { wordDelayNs: 1 }],
    ['half a word', 'EINVAL', { tx: bytes(1), bitsPerWord: 16 }],
    ['lengths that differ', 'EINVAL', { tx: bytes(1), rx: new Uint8Array(2) }],
    ['a delay of more than a second', 'EINVAL', { csHoldNs: 2e9 }],
  ])('with %s is %s', async (_, code, transfer) => {
    const { spi } = await bench();
    expect(await faultOf(() => spi(0, transfer))).toBe(code);
  });

  it('lets delays of chip select pass', async () => {
    const { spi, wire, link } = await bench();
    await spi(0, { tx: bytes(1) });
    link.writes.length = 0;
    const began = performance.now();
    await spi(0, { tx: bytes(1), csSetupNs: 15e6, csHoldNs: 15e6, csInactiveNs: 15e6 });
    expect(performance.now() - began).toBeGreaterThan(42);
    expect(wire.log.slice(-3)).toEqual(['[0', '01', ']']);
  });

  it('of nothing does nothing but select', async () => {
    const { spi, wire } = await bench();
    await spi(0);
    expect(wire.log).toEqual([]);
    await spi(0, {});
    expect(wire.log).toEqual(['[0', ']']);
    const small = await bench({ without: [COMMAND.SET_CS_MODE] });
    await small.spi(0, {});
    expect(small.wire.log).toEqual([]);
  });
});

describe('several chips', () => {
  it('are selected by number', async () => {
    const selected: number[] = [];
    const spi = { select: (chip: number) => selected.push(chip), exchange() {}, deselect() {} };
    const { host } = await bench({ spi, chipSelects: 2 }, 3);
    const to = (chip: number) => host.spi.transfer(chip, 0, [spiTransfer({ tx: bytes(1) })]);
    await to(1);
    await to(0);
    await to(0);
    expect(selected).toEqual([1, 0, 0]);
    const fault = await to(2).catch((error: BusFault) => error);
    expect(fault?.message).toMatch(/^EINVAL: .* has no chip select 2: lower num-cs$/);
    expect(await faultOf(() => to(3))).toBe('EINVAL');
  });

  it('a message to another chip ends the hold on the first', async () => {
    const log: string[] = [];
    const spi = {
      select: (chip: number) => log.push(`[${chip}`),
      exchange() {},
      deselect: () => log.push(']'),
    };
    const { host } = await bench({ spi, chipSelects: 2 }, 2);
    await host.spi.transfer(0, 0, [spiTransfer({ tx: bytes(1), csChange: true })]);
    await host.spi.transfer(1, 0, [spiTransfer({ tx: bytes(1) })]);
    expect(log).toEqual(['[0', ']', '[1', ']']);
  });
});

describe('a programmer that can do less says so in a sentence', () => {
  it('no manual chip select: nothing that needs two operations', async () => {
    const { spi } = await bench({ without: [COMMAND.SET_CS_MODE] });
    const twice = () => spi(0, { rx: new Uint8Array(1) }, { tx: bytes(1) });
    const fault = await twice().catch((error: BusFault) => error);
    expect(fault?.message).toMatch(/^EOPNOTSUPP: .*cannot keep the chip selected over 2 operations/);
    const held = await spi(0, { tx: bytes(1), csChange: true }).catch((error: BusFault) => error);
    expect(held?.message).toMatch(/^EOPNOTSUPP: .*cannot keep the chip selected over several messages/);
  });

  it('no full duplex', async () => {
    const { spi } = await bench({ without: [COMMAND.SET_SPI_MODE] });
    const fault = await spi(0, { tx: bytes(1), rx: new Uint8Array(1) }).catch((error: BusFault) => error);
    expect(fault?.message).toMatch(/^EOPNOTSUPP: .*cannot send and receive at the same time: split/);
  });

  it('short operations: cut where chip select can be held, else EMSGSIZE', async () => {
    const long = { rx: new Uint8Array(100) };
    const cut = await bench({ maxLength: 32 });
    await cut.spi(0, { tx: bytes(3, 0, 0, 0) }, long);
    expect(long.rx).toEqual(cut.wire.flash.subarray(0, 100));
    expect(cut.wire.log.filter((event) => /[[\]]/.test(event))).toEqual(['[0', ']']);
    const small = await bench({ maxLength: 32, without: [COMMAND.SET_CS_MODE] });
    expect(await faultOf(() => small.spi(0, long))).toBe('EMSGSIZE');
    expect(await faultOf(() => small.spi(0, { tx: new Uint8Array(33) }))).toBe('EMSGSIZE');
  });
});

describe('recovery', () => {
  it('from rubbish', async () => {
    const { faults, readId } = await bench();
    await readId();
    faults.garbleAnswers(1);
    expect(await faultOf(readId)).toBe('EPROTO');
    expect(await readId()).toEqual(FLASH_ID);
  });

  it('from bytes that were not asked for', async () => {
    const { link, readId } = await bench();
    link.talk(bytes(1, 2, 3));
    expect(await readId()).toEqual(FLASH_ID);
  });

  it('from a refusal, with the chip deselected', async () => {
    const { spi, wire, readId } = await bench({ without: [] });
    await spi(0, { tx: bytes(1), csChange: true });
    expect(await faultOf(() => spi(SPI_MODE.CPOL, { tx: bytes(1) }))).toBe('EOPNOTSUPP');
    expect(wire.log).toEqual(['[0', '01', ']']);
    expect(await readId()).toEqual(FLASH_ID);
  });

  it('not from silence: it is lost, and found again when it is opened', async () => {
    const { faults, host, readId } = await bench();
    await readId();
    faults.hanging = true;
    const late = () => host.spi.transfer(0, 0, [spiTransfer({ tx: bytes(1) })], AbortSignal.timeout(10));
    expect(await faultOf(late)).toBe('ETIMEDOUT');
    expect(await inFakeTime(() => faultOf(readId))).toBe('ENODEV');
    faults.hanging = false;
    await host.open();
    expect(await readId()).toEqual(FLASH_ID);
  });
});

describe('its node', () => {
  const programmer = (properties: Record<string, string | number>) =>
    node({ name: 'programmer', compatible: 'dtbus,serprog', properties });

  it('makes a host with SPI and nothing else', () => {
    const host = createAdapter(programmer({ port: '/dev/ttyACM0', 'num-cs': 2 }));
    expect(host.description).toBe('serprog programmer on /dev/ttyACM0');
    expect(host.spi?.capabilities.chipSelects).toBe(2);
    expect(host.i2c).toBeUndefined();
  });

  it.each([
    [{}, /port: name the serial port/],
    [{ port: '/x', 'num-cs': 0 }, /num-cs: invalid number of chip selects 0: expected 1 to 256/],
    [{ port: '/x', 'current-speed': 5 }, /current-speed: 5 baud is out of range/],
  ])('%j is an error that names the property', (properties, sentence) => {
    expect(() => createAdapter(programmer(properties as Record<string, string | number>))).toThrow(NodeError);
    expect(() => createAdapter(programmer(properties as Record<string, string | number>))).toThrow(sentence);
  });
});

describe('the emulated programmer (flashrom, Serial Flasher Protocol Specification)', () => {
  const fresh = (options: Partial<EmulatorOptions> = {}) => {
    const emulator = new SerprogEmulator({ spi: new RecordingWire().spi, ...options });
    return (...sent: number[]) => [...emulator.feed(Uint8Array.from(sent))];
  };

  it('answers NOP, SYNCNOP and the interface version', () => {
    expect(fresh()(0x00, 0x10, 0x01)).toEqual([6, 0x15, 6, 6, 1, 0]);
  });

  it('refuses what it does not know', () => {
    expect(fresh()(0x09, 0x55)).toEqual([0x15, 0x15]);
    expect(fresh({ without: [0x14] })(0x14)).toEqual([0x15]);
  });

  it('takes the nearest clock below, else the slowest; zero is refused', () => {
    const send = fresh({ frequencies: [1000, 2000] });
    expect(send(0x14, 0xdc, 0x05, 0, 0)).toEqual([6, 0xe8, 0x03, 0, 0]);
    expect(send(0x14, 1, 0, 0, 0)).toEqual([6, 0xe8, 0x03, 0, 0]);
    expect(send(0x14, 0, 0, 0, 0)).toEqual([0x15]);
  });

  it('refuses buses, modes and chips that it has not', () => {
    const send = fresh();
    expect(send(0x12, 0x01, 0x12, 0x08)).toEqual([0x15, 6]);
    expect(send(0x16, 1, 0x17, 2, 0x18, 3)).toEqual([0x15, 0x15, 0x15]);
  });

  it('is an SPI programmer with flow control and no limits', () => {
    expect(fresh()(0x05, 0x04, 0x08, 0x11)).toEqual([6, 8, 6, 0xff, 0xff, 6, 0, 0, 0, 6, 0, 0, 0]);
  });
});

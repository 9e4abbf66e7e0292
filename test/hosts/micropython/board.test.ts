import { describe, expect, it } from 'vitest';
import {
  createAdapter,
  MicropythonAdapter,
  MicropythonEmulator,
  type Settings,
} from '../../../hosts/micropython/index.ts';
import { EmulatedPins } from '../../../hosts/pins/index.ts';
import { I2C_M, NodeError } from '../../../src/bus/index.ts';
import { node } from '../../sim/support.ts';
import { directLink, type Peer } from '../bus-pirate/direct-link.ts';
import { faultOf } from '../controller-suite.ts';
import { inFakeTime } from '../fake-time.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';

const SETTINGS: Settings = {
  baud: 115_200,
  i2c: { id: undefined, scl: '5', sda: '4' },
  spi: undefined,
  lines: ['6', '7'],
};
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
/** With control bytes by name. */
const shown = (answer: string) => answer.replaceAll('\x04', '<EOT>').replace(/\r\n/g, '|');
const read = (length: number) => [{ addr: MEMORY, flags: I2C_M.RD, buf: new Uint8Array(length) }];

/** `peer`: what answers in the place of the emulator. */
function bench(peer: (emulator: MicropythonEmulator) => Peer = (emulator) => emulator, settings = SETTINGS) {
  const wire = new RecordingWire();
  const link = directLink(peer(new MicropythonEmulator(wire)));
  return { wire, link, host: new MicropythonAdapter('the cable', settings, link.open) };
}

describe('the raw REPL (MicroPython documentation, reference/repl)', () => {
  it('answers as it is described there', () => {
    const { host: _, ...rest } = bench();
    const board = new MicropythonEmulator(rest.wire);
    const say = (sent: string) => text(board.feed(Buffer.from(sent, 'latin1')));
    expect(say('\x01')).toBe('\r\nraw REPL; CTRL-B to exit\r\n>');
    expect(shown(say('nothing()\x04'))).toMatch(/^OK<EOT>Traceback .*NameError.*\|<EOT>>$/);
    // Window of 128 bytes, little-endian, and one more window.
    expect(say('\x05A\x01')).toBe('R\x01\x80\x00\x01');
    expect(say(`#${' '.repeat(127)}`)).toBe('\x01');
    expect(shown(say('\x04'))).toMatch(/^<EOT><EOT>Traceback .*<EOT>>$/);
    expect(say('\x02')).toContain('>>> ');
  });

  it('gets the driver in pieces that the board has room for', async () => {
    const { host, link } = bench();
    await host.open();
    const from = link.writes.findIndex((sent) => text(sent) === '\x05A\x01');
    const script = link.writes.slice(from + 1);
    const end = script.findIndex((sent) => text(sent) === '\x04');
    const lengths = script.slice(0, end).map(({ length }) => length);
    expect(lengths.slice(0, -1).every((length) => length === 128)).toBe(true);
    expect(lengths.at(-1)).toBeLessThanOrEqual(128);
    expect(text(script[0] as Uint8Array)).toMatch(/^# dtbus driver/);
  });

  it('gets no line that is longer than the buffer of a UART', async () => {
    const { host, link, wire } = bench();
    await host.open();
    link.writes.length = 0;
    await host.i2c?.transfer([{ addr: MEMORY, flags: 0, buf: new Uint8Array(1000) }]);
    expect(link.writes.length).toBeGreaterThan(5);
    for (const { length } of link.writes) expect(length).toBeLessThanOrEqual(256);
    expect(wire.log.filter((event) => event.startsWith('<'))).toHaveLength(1000);
  });
});

it.each<[string, Peer]>([
  ['nobody', { feed: () => new Uint8Array(0) }],
  ['an echo', { feed: (sent) => sent }],
  ['one that talks without end', { feed: () => new Uint8Array(2000).fill(0x3e) }],
])('%s is EPROTO', async (_, peer) => {
  const { host } = bench(() => peer);
  const fault = await inFakeTime(() => host.open().catch((error: Error) => error));
  expect(String(fault)).toContain('EPROTO: no MicroPython REPL found on the cable within 6 s');
});

it('a board that was reset meanwhile gets the driver again; the transfer is not repeated', async () => {
  const wire = new RecordingWire();
  let board = new MicropythonEmulator(wire);
  const link = directLink({ feed: (sent) => board.feed(sent) });
  const host = new MicropythonAdapter('the cable', SETTINGS, link.open);
  await host.open();
  board = new MicropythonEmulator(wire);
  // It is in the REPL for people now, which echoes.
  expect(await faultOf(() => host.i2c?.transfer(read(1)))).toBe('EPROTO');
  expect(wire.log).toEqual([]);
  await host.i2c?.transfer(read(1));
  expect(wire.log).toEqual(['R50', '>00', 'P']);
});

it('refuses before the wire what it cannot do', async () => {
  const hard: Settings = { ...SETTINGS, i2c: { id: 0, scl: undefined, sda: undefined } };
  const { host, link } = bench(undefined, hard);
  await host.open();
  link.sent.length = 0;
  const registers = (length: number) => [{ addr: MEMORY, flags: 0, buf: new Uint8Array(length) }, ...read(2)];
  expect(await faultOf(() => host.i2c?.transfer(registers(4)))).toBe('EOPNOTSUPP');
  expect(await faultOf(() => host.i2c?.transfer(registers(0)))).toBe('EOPNOTSUPP');
  expect(await faultOf(() => host.i2c?.setClockFrequency(1))).toBe('EINVAL');
  const { host: soft, link: cable } = bench();
  await soft.open();
  cable.sent.length = 0;
  const [message] = read(1);
  const unclocked = [{ ...message, flags: I2C_M.RD | I2C_M.NO_RD_ACK }] as ReturnType<typeof read>;
  expect(await faultOf(() => soft.i2c?.transfer(unclocked))).toBe('EOPNOTSUPP');
  expect([...link.sent, ...cable.sent]).toEqual([]);
});

it('makes the clock that is not above what was asked for (SoftI2C: whole µs of half a bit)', async () => {
  const { host, link } = bench();
  expect(host.i2c?.setClockFrequency(400_000)).toBe(250_000);
  expect(host.i2c?.setClockFrequency(5_000_000)).toBe(500_000);
  expect(host.i2c?.setClockFrequency(100_000)).toBe(100_000);
  await host.open();
  host.i2c?.setClockFrequency(10_000);
  link.sent.length = 0;
  await host.i2c?.transfer(read(1));
  expect(text(Uint8Array.from(link.sent))).toContain(
    'machine.SoftI2C(scl=machine.Pin(5),sda=machine.Pin(4),freq=10000,',
  );
});

it('has its pins as lines, which tell of edges and are driven again after a loss', async () => {
  const pins = new EmulatedPins();
  const board = new MicropythonEmulator({ pins });
  const link = directLink(board);
  const host = new MicropythonAdapter('the cable', SETTINGS, link.open);
  await host.open();
  const { lines } = host;
  expect(await lines?.get(1)).toBe(true);
  await lines?.drive(0, false);
  expect([pins.outputs & 3, pins.levels & 3]).toEqual([1, 2]);
  const edges: string[] = [];
  const seen = new Promise<void>((resolve) => {
    if (lines !== undefined)
      lines.onEdge = ({ line, high }) => {
        edges.push(`${line}${high ? '+' : '-'}`);
        resolve();
      };
  });
  await lines?.watch(1, true);
  pins.outside = 0;
  await seen;
  expect(edges).toEqual(['1-']);
  pins.drive(0xffff, 0);
  await host.open();
  expect([pins.outputs & 3, pins.levels & 1]).toEqual([1, 0]);
  expect(await faultOf(() => lines?.get(2))).toBe('EINVAL');
  await host.close();
});

describe('the node', () => {
  const board = (properties: Record<string, string | string[] | number>) => ({
    ...node({ name: 'pico', compatible: 'micropython,board' }),
    string: (name: string) =>
      typeof properties[name] === 'string' ? (properties[name] as string) : undefined,
    strings: (name: string) => properties[name] as string[] | undefined,
    u32: (name: string) => (typeof properties[name] === 'number' ? (properties[name] as number) : undefined),
  });

  it.each([
    [{}, /no bus is named/],
    [{ 'dtbus,scl': 'GP5' }, /dtbus,sda/],
    [{ 'dtbus,scl': "5')+evil('", 'dtbus,sda': '4' }, /invalid pin/],
    [{ 'dtbus,i2c': 99 }, /invalid dtbus,i2c 99: expected 0 to 15/],
    [{ 'dtbus,spi': 0 }, /dtbus,cs/],
    [{ 'dtbus,i2c': 0, 'dtbus,cs': ['1'] }, /chip selects need an SPI bus/],
    [{ 'dtbus,i2c': 0, 'current-speed': 1 }, /current-speed/],
  ])('%o is refused', (properties, sentence) => {
    const make = () => createAdapter(board({ port: '/dev/ttyACM0', ...properties }));
    expect(make).toThrow(NodeError);
    expect(make).toThrow(sentence);
  });

  it('may name hardware alone', () => {
    const adapter = createAdapter(board({ port: '/dev/ttyACM0', 'dtbus,i2c': 0 }));
    expect([adapter.i2c === undefined, adapter.spi === undefined]).toEqual([false, true]);
  });
});

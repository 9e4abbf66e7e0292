import { describe, expect, it } from 'vitest';
import { type Board, FaultUnsupportedError } from '../../src/board/index.ts';
import type { AdapterSheet } from '../../src/bus/index.ts';
import { KINDS } from '../../src/faults/index.ts';
import { boardOn, I2C_HOSTS, LINE_HOSTS, linesOn, SPI_HOSTS } from './fault-hosts.ts';

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('hex');
/** What a host gives that does not carry a fault. */
const NOT = 'unsupported';

/** What a script does, and what it sees: bytes, or the errno. */
const OPERATIONS = {
  /** Register 0 of the LM75: 31.5 °C is 0x1f80 (data sheet, table of temperatures). */
  read: async (board: Board) =>
    hex(
      (
        await board.open('/dev/i2c-0').transfer([
          { addr: 0x48, write: Uint8Array.of(0) },
          { addr: 0x48, read: 2 },
        ])
      )[0],
    ),
  write: async (board: Board) => {
    await board.open('/dev/i2c-0').transfer([{ addr: 0x50, write: Uint8Array.of(0x10, 0xaa, 0xbb) }]);
    return 'ok';
  },
  /** Connects channel 0 of the multiplexer, on which an LM75 of 25 °C is. */
  mux: async (board: Board) => {
    const i2c = board.open('/dev/i2c-0');
    await i2c.transfer([{ addr: 0x70, write: Uint8Array.of(1) }]);
    return hex((await i2c.transfer([{ addr: 0x4a, read: 2 }]))[0]);
  },
  /** Reads the identification of the flash. */
  id: async (board: Board) =>
    hex((await board.open('/dev/spidev0.0').transfer([{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }])).rx),
  /** Reads the hot end of the thermocouple, in steps of 0.25 °C from bit 18 on (MAX31855, table 2). */
  hot: async (board: Board) =>
    hex((await board.open('/dev/spidev0.0').transfer([{ tx: new Uint8Array(2), rx: 2, speedHz: 4e6 }])).rx),
} as const;

type Row = readonly [
  kind: string,
  target: string,
  options: object,
  operation: keyof typeof OPERATIONS,
  expected: string,
  /** Where it is otherwise, by what the host's part of its name is. */
  elsewhere?: Readonly<Record<string, string>>,
];

/**
 * ENXIO: no acknowledge of the address; EAGAIN: arbitration lost; EBUSY: the bus stays busy; ETIMEDOUT: SCL is held (Linux
 * Documentation/i2c/fault-codes.rst). EREMOTEIO: no acknowledge of data (i2c-algo-bit and others). What an adapter cannot tell is
 * in its column "NACK" in hosts/README.md: i2c-tiny-usb and Firmata tell nothing of data, Firmata nothing of what is written; a Bus Pirate 5
 * does not tell the one from the other.
 */
const I2C: readonly Row[] = [
  ['nack', '&temp', {}, 'read', 'ENXIO', { firmata: '1f80' }],
  ['nack', '&temp', { direction: 'read' }, 'read', 'ENXIO'],
  [
    'nack',
    '&eeprom',
    { at: 1 },
    'write',
    'EREMOTEIO',
    { 'i2c-tiny-usb': 'ok', firmata: 'ok', 'bus-pirate-5': 'ENXIO' },
  ],
  ['absent', '&temp', {}, 'read', 'ENXIO'],
  ['absent', 'i2c-0', {}, 'read', 'ENXIO'],
  ['busy', '&eeprom', { forMs: 1e6 }, 'write', 'ENXIO', { firmata: 'ok' }],
  ['brownOut', '&temp', { forMs: 1e6 }, 'read', 'ENXIO'],
  ['flip', '&temp', { direction: 'read', byte: 1, bit: 0 }, 'read', '1f81'],
  ['pec', '&temp', {}, 'read', '1f7f'],
  ['id', '&temp', { register: 0, value: 0x58 }, 'read', '5880'],
  // Every 0 of 0x0f wins: 0x1f & 0x0f, 0x80 & 0x0f.
  ['ghost', '&temp', { value: 0x0f }, 'read', '0f00'],
  [
    'stretch',
    '&temp',
    { ms: 5 },
    'read',
    '1f80',
    { 'bus-pirate': NOT, 'bus-pirate-5': NOT, ch341a: NOT, ch347: NOT, ft232h: NOT },
  ],
  // 60 ms is the time-out of the simulated bus, 50 ms that of SoftI2C; the others wait.
  [
    'stretch',
    '&temp',
    { ms: 70 },
    'read',
    '1f80',
    {
      simulated: 'ETIMEDOUT',
      micropython: 'ETIMEDOUT',
      'bus-pirate': NOT,
      'bus-pirate-5': NOT,
      ch341a: NOT,
      ch347: NOT,
      ft232h: NOT,
    },
  ],
  [
    'lose_arbitration',
    'i2c-0',
    { times: 100 },
    'read',
    NOT,
    { simulated: 'EAGAIN', cp2112: 'EAGAIN', ft260: 'EAGAIN', i2cdriver: 'EAGAIN' },
  ],
  // A CP2112 and an FT260 do not tell which of the lines is low.
  [
    'scl',
    'i2c-0',
    {},
    'read',
    NOT,
    {
      simulated: 'ETIMEDOUT',
      cp2112: 'EBUSY',
      sc18im700: 'EBUSY',
      ft260: 'EBUSY',
      ft232h: 'ETIMEDOUT',
      i2cdriver: 'ETIMEDOUT',
      'usb-iss': 'ETIMEDOUT',
      'bus-pirate-5': 'ETIMEDOUT',
      mcp2221: 'ETIMEDOUT',
      micropython: 'ETIMEDOUT',
    },
  ],
  // Who does not look at SDA takes it for an acknowledge, and for zeros.
  [
    'sda',
    'i2c-0',
    {},
    'read',
    '0000',
    {
      simulated: 'EBUSY',
      cp2112: 'EBUSY',
      ch341a: 'EBUSY',
      sc18im700: 'EBUSY',
      ft260: 'EBUSY',
      ft232h: 'EBUSY',
      i2cdriver: 'EBUSY',
      'usb-iss': 'EBUSY',
      'bus-pirate': 'EBUSY',
      mcp2221: 'EBUSY',
      'i2c-tiny-usb': 'EBUSY',
      micropython: 'EBUSY',
      ch347: NOT,
      dln2: NOT,
      firmata: NOT,
    },
  ],
  // Who has the means frees the bus with clock pulses; the others tell that it is busy.
  [
    'incomplete_address_phase',
    '&temp',
    {},
    'read',
    NOT,
    {
      simulated: '1f80',
      ft232h: '1f80',
      i2cdriver: '1f80',
      'usb-iss': '1f80',
      'bus-pirate': '1f80',
      micropython: '1f80',
      cp2112: 'EBUSY',
      ch341a: 'EBUSY',
      sc18im700: 'EBUSY',
      ft260: 'EBUSY',
      mcp2221: 'EBUSY',
    },
  ],
  [
    'incomplete_write_byte',
    '&eeprom',
    {},
    'read',
    NOT,
    {
      simulated: '1f80',
      ft232h: '1f80',
      i2cdriver: '1f80',
      'usb-iss': '1f80',
      'bus-pirate': '1f80',
      micropython: '1f80',
      cp2112: 'EBUSY',
      ch341a: 'EBUSY',
      sc18im700: 'EBUSY',
      ft260: 'EBUSY',
      mcp2221: 'EBUSY',
    },
  ],
  ['muxStuck', '&mux', {}, 'mux', 'ENXIO'],
  ['stuck', '&temp', { value: 10 }, 'read', '0a00'],
  // So steep that the first transfer finds it at the end of nine bits: 127.5 °C.
  ['drift', '&temp', { perSecond: 1e9 }, 'read', '7f80'],
  ['noise', '&temp', { amplitude: 0, seed: 7 }, 'read', '1f80'],
  ['offset', '&temp', { by: -2 }, 'read', '1d80'],
  ['clip', '&temp', { max: 20 }, 'read', '1400'],
];

/** JEDEC identification of a W25Q80: ef 40 14, behind the byte of the instruction. */
const SPI: readonly Row[] = [
  ['absent', '&flash', {}, 'id', 'ffffffff'],
  ['miso', 'spi-0', { level: 0 }, 'id', '00000000'],
  ['miso', 'spi-0', { level: 1 }, 'id', 'ffffffff'],
  ['flip', '&flash', { byte: 3, bit: 0 }, 'id', 'ffef4015'],
  ['id', '&flash', { register: 0x9f, value: 0x1f }, 'id', 'ff1f4014'],
  // 1110 1111 0100 0000 0001 0100 one bit later, behind a 1.
  ['shift', '&flash', { byte: 1 }, 'id', 'fff7a00a'],
  // What follows is a new instruction, 0x00, which the flash does not have.
  ['cs', '&flash', { byte: 2 }, 'id', 'ffefffff'],
  // 100 °C would be 400 steps, 0x190, two bits up: 0x0640.
  ['stuck', '&hot', { property: 'thermocouple', value: 10 }, 'hot', '00a0'],
  ['drift', '&hot', { property: 'thermocouple', perSecond: 1e12 }, 'hot', '7080'],
  ['noise', '&hot', { property: 'thermocouple', amplitude: 0, seed: 7 }, 'hot', '0640'],
  ['offset', '&hot', { property: 'thermocouple', by: -2 }, 'hot', '0620'],
  ['clip', '&hot', { property: 'thermocouple', max: 20 }, 'hot', '0140'],
];

/** What happens to a line that is pressed and let go of, 5 ms later and for as long as it may still take. */
const LINES: readonly (readonly [kind: string, options: object, seen: string])[] = [
  ['lostEdge', {}, ''],
  ['bounce', { count: 2 }, '- + - + - +'],
  ['late', { ms: 3 }, '3ms- +'],
];
/** An emulated MicroPython board has no lines (hosts/micropython). */
const NO_LINES = 'unsupported fault KIND on &gpio: the lines could not be put on their adapter';
/** What a real adapter answers can be changed, and nothing else (hosts/README.md, "Faults that can be injected"). */
const IN_ANSWERS = ['flip', 'pec', 'id', 'miso', 'shift'];

/** What a script sees of the first operation with the fault; and the fault has struck. */
async function outcome(host: string, bus: 'i2c' | 'spi', row: Row): Promise<string> {
  const [kind, target, options, operation] = row;
  await using board = await boardOn(host, bus, operation === 'hot' ? 'sensor' : 'flash');
  const inject = board.inject.bind(board) as (...args: unknown[]) => { readonly fired: number };
  let fault: { readonly fired: number };
  try {
    fault = inject(kind, target, options);
  } catch (error) {
    if (error instanceof FaultUnsupportedError) return NOT;
    throw error;
  }
  const seen = await OPERATIONS[operation](board).catch((error: { readonly code: string }) => error.code);
  return fault.fired > 0 ? seen : `${seen}, and the fault never struck`;
}

function expectedOn(host: string, [kind, , , , expected, elsewhere = {}]: Row): string {
  if (host === 'dangerousprototypes,bus-pirate') return IN_ANSWERS.includes(kind) ? expected : NOT;
  // An FT2232H and an FT4232H are two and four of an FT232H.
  const like = host.replace(/ft[24]232h/, 'ft232h');
  return Object.entries(elsewhere).find(([name]) => like.includes(name))?.[1] ?? expected;
}

/** The edges that a script sees of a line that is pressed and let go of; where they are late, by how much. */
async function edgesOf(host: string, kind: string, options: object): Promise<string> {
  await using board = await linesOn(host);
  const inject = board.inject.bind(board) as (...args: unknown[]) => { readonly fired: number };
  const button = board.line('&gpio', 'button');
  const seen: string[] = [];
  let passedMs = 0;
  let fault: { readonly fired: number };
  try {
    fault = inject(kind, '&gpio', { line: 'button', ...options });
  } catch (error) {
    if (error instanceof FaultUnsupportedError) return error.message.replace(kind, 'KIND');
    throw error;
  }
  button.watch((high) =>
    seen.push(`${passedMs > 0 && passedMs < 5 ? `${passedMs}ms` : ''}${high ? '+' : '-'}`),
  );
  button.set(false);
  while (passedMs < 5) {
    passedMs++;
    board.advance(1e6);
  }
  button.set(true);
  return fault.fired > 0 ? seen.join(' ') : 'the fault never struck';
}

/** The adapters of hosts/ that have an emulator, and what they say of themselves. */
async function emulated(): Promise<AdapterSheet[]> {
  const script = await import(new URL('../support/adapter-table.mjs', import.meta.url).href);
  const sheets: AdapterSheet[] = await script.sheetsOf();
  return sheets.filter(({ compatible }) => compatible.endsWith('-emulator'));
}

describe('through the errno, the bytes or the edges that a script sees, each fault', () => {
  it.each(I2C_HOSTS)('of I2C on %s', async (host) => {
    for (const row of I2C)
      expect([...row.slice(0, 3), await outcome(host, 'i2c', row)]).toEqual([
        ...row.slice(0, 3),
        expectedOn(host, row),
      ]);
  });

  it.each(SPI_HOSTS)('of SPI on %s', async (host) => {
    for (const row of SPI)
      expect([...row.slice(0, 3), await outcome(host, 'spi', row)]).toEqual([
        ...row.slice(0, 3),
        expectedOn(host, row),
      ]);
  });

  it.each(LINE_HOSTS)('of GPIO lines on %s', async (host) => {
    for (const [kind, options, seen] of LINES)
      expect([kind, await edgesOf(host, kind, options)]).toEqual([
        kind,
        host === 'dtbus,micropython-emulator' ? NO_LINES : seen,
      ]);
  });
});

describe('nothing is left out:', () => {
  it('each kind of the catalogue is tried on each kind of bus that it is for', () => {
    const tried = {
      i2c: I2C.map(([kind]) => kind),
      spi: SPI.map(([kind]) => kind),
      gpio: LINES.map(([kind]) => kind),
    };
    const missing = Object.entries(KINDS).flatMap(([kind, { on }]) =>
      on.filter((bus) => !tried[bus].includes(kind)).map((bus) => `${kind} on ${bus}`),
    );
    expect(missing).toEqual([]);
  });

  it('each adapter that has an emulator is tried with each bus, and with lines where it has some', async () => {
    const sheets = await emulated();
    const named = (has: (sheet: AdapterSheet) => unknown) =>
      sheets
        .filter(has)
        .map(({ compatible }) => compatible)
        .sort();
    const listed = (hosts: readonly string[]) => hosts.filter((host) => host.endsWith('-emulator')).sort();
    expect(listed(I2C_HOSTS)).toEqual(named(({ i2c }) => i2c));
    expect(listed(SPI_HOSTS)).toEqual(named(({ spi }) => spi));
    expect(listed(LINE_HOSTS)).toEqual(named(({ gpio, lines = 0 }) => gpio && lines > 0));
  });

  it('an adapter that says it shows a fault of the lines is expected to, and no other', async () => {
    for (const { compatible, i2c } of await emulated()) {
      if (i2c === undefined) continue;
      const rows = I2C.filter(([kind]) => KINDS[kind as keyof typeof KINDS].acts === 'lines');
      const expected = new Set(rows.flatMap((row) => (expectedOn(compatible, row) === NOT ? [] : row[0])));
      expect([compatible, ...expected].sort()).toEqual([compatible, ...(i2c.lineFaults ?? [])].sort());
    }
  });

  it('an adapter that says what becomes of a held SDA is expected to do that, and all say it', async () => {
    const outcome = (compatible: string, kind: string) => {
      const row = I2C.find(([name]) => name === kind);
      return row === undefined ? NOT : expectedOn(compatible, row);
    };
    for (const { compatible, i2c } of await emulated()) {
      if (i2c === undefined) continue;
      const held = outcome(compatible, 'sda');
      const left = [
        outcome(compatible, 'incomplete_address_phase'),
        outcome(compatible, 'incomplete_write_byte'),
      ];
      const told: Record<NonNullable<typeof i2c.heldSda>, boolean> = {
        'clocked free': held === 'EBUSY' && left.every((each) => each === '1f80'),
        EBUSY: held === 'EBUSY' && !left.includes('1f80'),
        // Whoever opens it first with a fault in meets it: see test/hosts.
        'EBUSY at opening': held === NOT,
        'not seen': held === NOT,
        'as its driver': false,
        'as its host': false,
      };
      expect([compatible, i2c.heldSda && told[i2c.heldSda]]).toEqual([compatible, true]);
    }
  });
});

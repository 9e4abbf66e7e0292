import { Transcript } from './transcript.ts';

type AnyFunction = (...args: unknown[]) => unknown;
type Methods = Record<string, AnyFunction>;

const call = (subject: object, name: string, args: readonly unknown[]): unknown =>
  ((subject as Methods)[name] as AnyFunction).apply(subject, [...args]);

const text = (args: readonly unknown[]): string =>
  args.map((arg) => (typeof arg === 'function' ? 'cb' : (JSON.stringify(arg) ?? 'undefined'))).join(', ');

const noop = (): void => {};

/** A transfer of 4 bytes with something else in it. */
const transfer = (more: object): object => ({
  byteLength: 4,
  sendBuffer: Buffer.from([1, 2, 3, 4]),
  receiveBuffer: Buffer.alloc(4),
  ...more,
});

const OPTIONS: readonly object[] = [
  {},
  { mode: 3 },
  { mode: 1, lsbFirst: true },
  { lsbFirst: false },
  { chipSelectHigh: true, bitsPerWord: 16, maxSpeedHz: 500_000 },
  { chipSelectHigh: false, bitsPerWord: 0 },
  { bitsPerWord: 8 },
  { loopback: true },
  { ready: true },
  { threeWire: true },
  { noChipSelect: true },
  { bitsPerWord: 33 },
  { bitsPerWord: 255 },
  { maxSpeedHz: 0 },
  { maxSpeedHz: 4_000_000_000 },
  { mode: 4 },
  { mode: -1 },
  { mode: 1.5 },
  { mode: '1' },
  { mode: null },
  { lsbFirst: 1 },
  { chipSelectHigh: null },
  { threeWire: 'yes' },
  { loopback: 0 },
  { noChipSelect: {} },
  { ready: [] },
  { bitsPerWord: -1 },
  { bitsPerWord: 256 },
  { bitsPerWord: '8' },
  { maxSpeedHz: -1 },
  { maxSpeedHz: 2 ** 32 },
  { maxSpeedHz: 'fast' },
  { unknown: 1 },
];

const MESSAGES: readonly (readonly [label: string, make: () => unknown])[] = [
  ['nothing', () => []],
  ['4 bytes both ways', () => [transfer({})]],
  ['send only', () => [transfer({ receiveBuffer: undefined })]],
  ['receive only', () => [transfer({ sendBuffer: null })]],
  ['2 of 4 bytes', () => [transfer({ byteLength: 2 })]],
  [
    'two transfers',
    () => [transfer({ chipSelectChange: true }), transfer({ speedHz: 100_000, microSecondDelay: 5 })],
  ],
  ['no bytes', () => [transfer({ byteLength: 0 })]],
  ['words of 16 bits', () => [transfer({ bitsPerWord: 16 })]],
  ['half a word', () => [transfer({ byteLength: 3, bitsPerWord: 16 })]],
  ['4096 bytes', () => [{ byteLength: 4096, receiveBuffer: Buffer.alloc(4096) }]],
  ['4097 bytes', () => [{ byteLength: 4097, receiveBuffer: Buffer.alloc(4097) }]],
  [
    '10000 bytes',
    () => [{ byteLength: 10000, sendBuffer: Buffer.alloc(10000), receiveBuffer: Buffer.alloc(10000) }],
  ],
  ['a Uint8Array', () => [transfer({ sendBuffer: new Uint8Array([9, 8, 7, 6]) })]],
  ['no object', () => [1]],
  ['null', () => [null]],
  ['undefined', () => [undefined]],
  ['no length', () => [{ sendBuffer: Buffer.alloc(1) }]],
  ['a negative length', () => [transfer({ byteLength: -1 })]],
  ['half a byte', () => [transfer({ byteLength: 0.5 })]],
  ['a length in words', () => [transfer({ byteLength: '4' })]],
  ['too short a send buffer', () => [transfer({ byteLength: 5, receiveBuffer: null })]],
  ['too short a receive buffer', () => [transfer({ byteLength: 5, sendBuffer: null })]],
  ['an array to send', () => [transfer({ sendBuffer: [1, 2, 3, 4] })]],
  ['a string to receive', () => [transfer({ receiveBuffer: 'abcd' })]],
  ['no buffers', () => [{ byteLength: 1 }]],
  ['a negative clock', () => [transfer({ speedHz: -1 })]],
  ['no clock', () => [transfer({ speedHz: null })]],
  ['a delay of 65535', () => [transfer({ microSecondDelay: 65535 })]],
  ['a delay of 65536', () => [transfer({ microSecondDelay: 65536 })]],
  ['a delay in words', () => [transfer({ microSecondDelay: 'long' })]],
  ['256 bits', () => [transfer({ bitsPerWord: 256 })]],
  ['40 bits', () => [transfer({ bitsPerWord: 40 })]],
  ['no bits', () => [transfer({ bitsPerWord: null })]],
  ['a change of 1', () => [transfer({ chipSelectChange: 1 })]],
  ['the second wrong', () => [transfer({}), transfer({ byteLength: 'x' })]],
];

/** Calls everything of a spi-device package, on device 0.0 and on devices that do not exist. */
export async function callSpiDevice(spi: object): Promise<Transcript> {
  const transcript = new Transcript();
  const constants = ['MODE0', 'MODE1', 'MODE2', 'MODE3'] as const;
  transcript.note(
    'constants',
    constants.map((name) => (spi as Record<string, unknown>)[name]),
  );
  await callOpen(spi, transcript);

  const device = call(spi, 'openSync', [0, 0, { mode: 2, maxSpeedHz: 1_000_000 }]) as Methods;
  transcript.note(
    'methods',
    Object.getOwnPropertyNames(Object.getPrototypeOf(device))
      .filter((name) => !name.startsWith('_'))
      .sort(),
  );
  transcript.returns('getOptionsSync()', () => call(device, 'getOptionsSync', []));
  await callOptions(device, transcript);
  await callTransfers(device, transcript);
  callWrongly(device, transcript);
  await callClosed(device, transcript);
  await openAgain(spi, transcript);
  return transcript;
}

/** Opens devices with every kind of wrong argument. */
async function callOpen(spi: object, transcript: Transcript): Promise<void> {
  for (const args of [
    [9, 9],
    [0],
    [],
    ['0', 0],
    [0, -1],
    [0, 1.5],
    [0, 0, 1],
    [0, 0, null],
    [0, 0, 'x'],
    [0, 0, undefined],
  ])
    transcript.returns(`openSync(${text(args)})`, () => typeof call(spi, 'openSync', args));
  for (const args of [[0, 0], [0, noop], ['0', 0, noop], [0, 0, 1], [0, 0, {}], [0, 0, 1, 2], []])
    transcript.returns(`open(${text(args)})`, () => typeof call(spi, 'open', args));
  await transcript.callsBack('open(9, 9, cb)', (callback) => typeof call(spi, 'open', [9, 9, callback]));
  await transcript.callsBack(
    'open(0, 0, {mode: 9}, cb)',
    (callback) => typeof call(spi, 'open', [0, 0, { mode: 9 }, callback]),
  );
  await transcript.callsBack(
    'open(0, 0, {ready: true}, cb)',
    (callback) => typeof call(spi, 'open', [0, 0, { ready: true }, callback]),
  );
}

/** Sets every kind of option, asks for it, and leaves the device as most scripts have it. */
async function callOptions(device: Methods, transcript: Transcript): Promise<void> {
  for (const options of OPTIONS) {
    transcript.returns(
      `setOptionsSync(${text([options])})`,
      () => call(device, 'setOptionsSync', [options]),
      device,
    );
    transcript.returns('then getOptionsSync()', () => call(device, 'getOptionsSync', []));
    await transcript.callsBack(
      `setOptions(${text([options])}, cb)`,
      (callback) => call(device, 'setOptions', [options, callback]),
      device,
    );
    await transcript.callsBack(
      'then getOptions(cb)',
      (callback) => call(device, 'getOptions', [callback]),
      device,
    );
  }
  call(device, 'setOptionsSync', [
    { mode: 0, chipSelectHigh: false, lsbFirst: false, bitsPerWord: 8, maxSpeedHz: 1_000_000 },
  ]);
}

async function callTransfers(device: Methods, transcript: Transcript): Promise<void> {
  for (const [label, make] of MESSAGES) {
    const sync = make();
    transcript.returns(`transferSync of ${label}`, () => call(device, 'transferSync', [sync]), device);
    transcript.note('its buffers', buffersOf(sync));
    const async = make();
    await transcript.callsBack(
      `transfer of ${label}`,
      (callback) =>
        call(device, 'transfer', [
          async,
          (...args: unknown[]) => callback(...args.map((arg) => (arg === async ? '<message>' : arg))),
        ]),
      device,
    );
    transcript.note('its buffers', buffersOf(async));
  }
}

/** Too few arguments, and such of the wrong kind. */
function callWrongly(device: Methods, transcript: Transcript): void {
  for (const [name, args] of [
    ['transfer', [[]]],
    ['transfer', [{}, noop]],
    ['transferSync', [{}]],
    ['transferSync', []],
    ['getOptions', []],
    ['setOptions', [{}]],
    ['setOptions', [1, noop]],
    ['setOptionsSync', [1]],
    ['setOptionsSync', [null]],
    ['setOptionsSync', []],
    ['close', []],
  ] as const)
    transcript.returns(`${name}(${text(args)})`, () => call(device, name, args), device);
}

async function callClosed(device: Methods, transcript: Transcript): Promise<void> {
  await transcript.callsBack('close(cb)', (callback) => call(device, 'close', [callback]));
  for (const name of [
    'transferSync',
    'getOptionsSync',
    'setOptionsSync',
    'closeSync',
    'transfer',
    'getOptions',
    'setOptions',
    'close',
  ])
    transcript.returns(`${name} of a closed device`, () => call(device, name, [[], noop]));
}

async function openAgain(spi: object, transcript: Transcript): Promise<void> {
  // The clock is named, for an open that fails leaves the real package's file open, and the clock with it.
  const second = call(spi, 'openSync', [0, 0, { maxSpeedHz: 2_000_000 }]) as Methods;
  transcript.returns('options after opening', () => call(second, 'getOptionsSync', []));
  transcript.returns('closeSync()', () => call(second, 'closeSync', []));
  const opened = await new Promise<Methods>((resolve) => {
    const pending = call(spi, 'open', [
      0,
      0,
      { mode: 1, maxSpeedHz: 2_000_000 },
      () => resolve(pending),
    ]) as Methods;
    transcript.returns('getOptionsSync() before it is open', () => call(pending, 'getOptionsSync', []));
  });
  transcript.returns('options after opening', () => call(opened, 'getOptionsSync', []));
  call(opened, 'closeSync', []);
}

function buffersOf(message: unknown): unknown {
  if (!Array.isArray(message)) return [];
  return message.map((one: { receiveBuffer?: unknown } | null | undefined) => {
    const received = one?.receiveBuffer;
    return Buffer.isBuffer(received) && received.length < 100 ? received.toString('hex') : typeof received;
  });
}

import { Transcript } from './transcript.ts';

type AnyFunction = (...args: unknown[]) => unknown;
/** A package's object under test: whatever it is, its methods are called by name. */
type Methods = Record<string, AnyFunction>;

const call = (subject: object, name: string, args: readonly unknown[]): unknown =>
  ((subject as Methods)[name] as AnyFunction).apply(subject, [...args]);

/** A fresh buffer of `0xee`; kept apart from values so that each call has its own. */
interface BufferOf {
  readonly bytes: readonly number[] | number;
}
const buffer = (bytes: readonly number[] | number): BufferOf => ({ bytes });
const isBufferOf = (value: unknown): value is BufferOf =>
  typeof value === 'object' && value !== null && 'bytes' in value;

function fresh(args: readonly unknown[]): unknown[] {
  return args.map((arg) => {
    if (!isBufferOf(arg)) return arg;
    return typeof arg.bytes === 'number' ? Buffer.alloc(arg.bytes, 0xee) : Buffer.from(arg.bytes);
  });
}

function text(args: readonly unknown[]): string {
  return args
    .map((arg) =>
      isBufferOf(arg)
        ? `buffer(${JSON.stringify(arg.bytes)})`
        : arg === undefined
          ? 'undefined'
          : JSON.stringify(arg),
    )
    .join(', ');
}

/** Calls that succeed, or fail on the bus, on the bus of model-bus.ts. */
const CALLS: readonly (readonly [name: string, ...args: unknown[]])[] = [
  ['readByte', 0x50, 0x10],
  ['readByte', 0x21, 0x10],
  ['readByte', 0x20, 0x50],
  ['readWord', 0x48, 0],
  ['readWord', 0x21, 0],
  ['readBlock', 0x5b, 0x10, buffer(32)],
  ['readBlock', 0x5b, 0x11, buffer(32)],
  ['readI2cBlock', 0x50, 0x62, 8, buffer(10)],
  ['readI2cBlock', 0x50, 0x62, 32, buffer(32)],
  ['readI2cBlock', 0x50, 0x62, 0, buffer(0)],
  ['readI2cBlock', 0x21, 0x62, 8, buffer(8)],
  ['receiveByte', 0x50],
  ['receiveByte', 0x36],
  ['receiveByte', 0x21],
  ['sendByte', 0x50, 0x20],
  ['sendByte', 0x36, 0x20],
  ['receiveByte', 0x50],
  ['writeByte', 0x20, 4, 0x99],
  ['writeByte', 0x20, 0x40, 0x99],
  ['readByte', 0x20, 4],
  ['writeWord', 0x20, 4, 0x1234],
  ['writeWord', 0x20, 0x40, 0x1234],
  ['readWord', 0x20, 4],
  ['writeQuick', 0x50, 0],
  ['writeQuick', 0x50, 1],
  ['writeQuick', 0x36, 0],
  ['writeBlock', 0x20, 0, 3, buffer([1, 2, 3, 4])],
  ['writeBlock', 0x20, 0x40, 3, buffer([1, 2, 3, 4])],
  ['readI2cBlock', 0x20, 0, 5, buffer(5)],
  ['writeI2cBlock', 0x20, 0, 3, buffer([1, 2, 3, 4])],
  ['writeI2cBlock', 0x20, 0, 32, buffer(Array(32).fill(7))],
  ['writeI2cBlock', 0x20, 0x40, 3, buffer([1, 2, 3])],
  ['readI2cBlock', 0x20, 0, 5, buffer(5)],
  ['i2cWrite', 0x50, 3, buffer([0, 0x11, 0x22, 0x33])],
  ['i2cWrite', 0x50, 1, buffer([0])],
  ['i2cRead', 0x50, 4, buffer(6)],
  ['i2cRead', 0x50, 0, buffer(0)],
  ['i2cRead', 0x50, 8200, buffer(8200)],
  ['i2cRead', 0x21, 4, buffer(4)],
  ['i2cRead', 0x20, 4, buffer(4)],
  ['i2cWrite', 0x21, 1, buffer([0])],
  ['i2cWrite', 0x20, 2, buffer([0x40, 1])],
  ['i2cWrite', 0x50, 0, buffer(0)],
  ['deviceId', 0x50],
  ['i2cFuncs'],
  ['i2cFuncs'],
];

/** Good arguments of each call, of which each is then made wrong in turn. */
const ARGUMENTS: Record<string, readonly unknown[]> = {
  readByte: [0x50, 1],
  readWord: [0x50, 1],
  readBlock: [0x5b, 0x10, buffer(32)],
  readI2cBlock: [0x50, 1, 4, buffer(4)],
  receiveByte: [0x50],
  sendByte: [0x50, 1],
  writeByte: [0x20, 1, 2],
  writeWord: [0x20, 1, 2],
  writeQuick: [0x50, 0],
  writeBlock: [0x20, 1, 4, buffer(4)],
  writeI2cBlock: [0x20, 1, 4, buffer(4)],
  i2cRead: [0x50, 4, buffer(4)],
  i2cWrite: [0x50, 4, buffer(4)],
  deviceId: [0x50],
};

const WRONG = [undefined, -1, 2, 33, 256, 65536, 1.5, '1', {}];

/** Wrong in a place where these would be right, or would end the process in the real package. */
function isHarmless(name: string, place: number, value: unknown): boolean {
  const isLengthOfBlock = name === 'writeBlock' && place === 2;
  return !(isLengthOfBlock && typeof value === 'number' && value > 32);
}

function* wrongArguments(): Generator<readonly [name: string, args: readonly unknown[]]> {
  for (const [name, good] of Object.entries(ARGUMENTS)) {
    yield [name, []];
    for (let place = 0; place < good.length; place++)
      for (const value of WRONG) {
        if (!isHarmless(name, place, value)) continue;
        yield [name, good.map((one, i) => (i === place ? value : one))];
      }
  }
}

/** Calls everything of an i2c-bus package in every form, on bus 1 and on a bus 99 that does not exist. */
export async function callI2cBus(i2c: object): Promise<Transcript> {
  const transcript = new Transcript();
  transcript.note('exports', Object.keys(i2c));

  for (const args of [[99], [-1], [1.5], ['1'], [], [null], [1, {}], [1, null], [1, { forceAccess: 1 }]]) {
    transcript.returns(
      `openSync(${text(args)}) is a bus`,
      () => typeof (call(i2c, 'openSync', args) as Methods)['close'],
    );
    if (args.length > 0)
      await transcript.callsBack(
        `open(${text(args)}, cb) is a bus`,
        (callback) => typeof (call(i2c, 'open', [...args, callback]) as Methods)['close'],
      );
    await transcript.promises(
      `openPromisified(${text(args)}) is a bus`,
      async () => typeof (await (call(i2c, 'openPromisified', args) as Promise<Methods>))['close'],
    );
  }
  transcript.returns('open(1)', () => call(i2c, 'open', [1]));
  transcript.returns('open(1, {}, 1)', () => call(i2c, 'open', [1, {}, 1]));

  // Once a bus each: after it was refused, the real package goes on with address 0.
  const busy = () => call(i2c, 'openSync', [1]) as Methods;
  transcript.returns('readByteSync of a busy address', () => call(busy(), 'readByteSync', [0x68, 0]));
  await transcript.callsBack('readByte of a busy address', (cb) => call(busy(), 'readByte', [0x68, 0, cb]));
  await transcript.promises('promised readByte of a busy address', () =>
    call(call(busy(), 'promisifiedBus', []) as Methods, 'readByte', [0x68, 0]),
  );

  for (const [bus, options] of [
    [1, {}],
    [1, { forceAccess: true }],
    [99, {}],
  ] as const)
    await callBus(transcript, i2c, bus, options);
  await callWrongly(transcript, call(i2c, 'openSync', [1]) as Methods);
  return transcript;
}

async function callBus(transcript: Transcript, i2c: object, number: number, options: object): Promise<void> {
  const bus = call(i2c, 'openSync', [number, options]) as Methods;
  const promised = call(bus, 'promisifiedBus', []) as Methods;
  const label = `bus ${number}${'forceAccess' in options ? ' forced' : ''}`;
  transcript.note(`${label}: promisifiedBus().bus() is the bus`, call(promised, 'bus', []) === bus);
  transcript.note(`${label}: promisifiedBus() is one`, call(bus, 'promisifiedBus', []) === promised);
  transcript.note(`${label}: methods`, methodsOf(bus));
  transcript.note(`${label}: promising methods`, methodsOf(promised));
  const calls = number === 99 ? CALLS.slice(0, 60) : CALLS;
  for (const [name, ...args] of calls) {
    const sync = fresh(args);
    transcript.returns(`${label}: ${name}Sync(${text(args)})`, () => call(bus, `${name}Sync`, sync), bus);
    transcript.note(
      'its buffer',
      sync.filter(Buffer.isBuffer).map((one) => one.toString('hex')),
    );
    await transcript.callsBack(
      `${label}: ${name}(${text(args)}, cb)`,
      (callback) => call(bus, name, [...fresh(args), callback]),
      bus,
    );
    await transcript.promises(
      `${label}: promised ${name}(${text(args)})`,
      () => call(promised, name, fresh(args)),
      bus,
    );
  }
  for (const args of [
    [],
    [0x48],
    [0x48, 0x50],
    [0x50, 0x48],
    [0x03, 0x7f],
    [-1],
    [0x48, 128],
    ['a'],
    [null],
  ]) {
    transcript.returns(`${label}: scanSync(${text(args)})`, () => call(bus, 'scanSync', args));
    await transcript.callsBack(`${label}: scan(${text(args)}, cb)`, (callback) =>
      call(bus, 'scan', [...args, callback]),
    );
    await transcript.promises(`${label}: promised scan(${text(args)})`, () => call(promised, 'scan', args));
  }
  transcript.returns(`${label}: scan()`, () => call(bus, 'scan', []));
  transcript.returns(`${label}: close()`, () => call(bus, 'close', []));
  transcript.returns(`${label}: closeSync()`, () => call(bus, 'closeSync', []));
  transcript.returns(`${label}: receiveByteSync(0x50) after closeSync`, () =>
    call(bus, 'receiveByteSync', [0x50]),
  );
  await transcript.callsBack(`${label}: close(cb)`, (callback) => call(bus, 'close', [callback]));
  const another = call(call(i2c, 'openSync', [number]) as Methods, 'promisifiedBus', []) as Methods;
  await transcript.promises(`${label}: promised close()`, () => call(another, 'close', []));
}

/** Only names: how a class keeps its state is its own affair. */
function methodsOf(subject: object): string[] {
  return Object.getOwnPropertyNames(Object.getPrototypeOf(subject))
    .filter((name) => !name.startsWith('_'))
    .sort();
}

async function callWrongly(transcript: Transcript, bus: Methods): Promise<void> {
  const promised = call(bus, 'promisifiedBus', []) as Methods;
  for (const [name, args] of wrongArguments()) {
    const isEmptyBlock =
      name === 'readBlock' && Buffer.isBuffer(fresh(args)[2]) === false && args.length === 3;
    transcript.returns(`${name}Sync(${text(args)})`, () => call(bus, `${name}Sync`, fresh(args)), bus);
    if (isEmptyBlock && args[2] === undefined) continue;
    await transcript.callsBack(
      `${name}(${text(args)}, cb)`,
      (callback) => call(bus, name, [...fresh(args), callback]),
      bus,
    );
    await transcript.promises(
      `promised ${name}(${text(args)})`,
      () => call(promised, name, fresh(args)),
      bus,
    );
  }
  for (const [name, good] of Object.entries(ARGUMENTS)) {
    transcript.returns(`${name}(${text(good)}) without a callback`, () => call(bus, name, fresh(good)));
    transcript.returns(`${name}(${text(good)}, 1)`, () => call(bus, name, [...fresh(good), 1]));
  }
  transcript.returns('readBlockSync into nothing', () =>
    call(bus, 'readBlockSync', [0x5b, 0x10, Buffer.alloc(0)]),
  );
  transcript.returns('writeBlockSync of 33', () =>
    call(bus, 'writeBlockSync', [0x20, 0, 33, Buffer.alloc(40)]),
  );
}

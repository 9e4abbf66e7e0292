import { afterEach, describe, expect, it } from 'vitest';
import { type Board, openBoard } from '../../src/board/index.ts';
import { testFolder } from '../cli/folder.ts';
import { I2C_BENCH } from '../kit/bench.ts';

const folder = testFolder();
const HEAD = `dtbus-recording 1
bus i2c-1 /i2c
bus spi-0 /spi
part i2c-1 48 temp@48 national,lm75
line button /gpio 2
`;

const open: Board[] = [];
afterEach(async () => {
  for (const board of open.splice(0)) await board.close();
});

/** A board whose parts are these lines. */
async function replaying(lines: string, more: object = {}) {
  const file = folder.write('boot.bus', `${HEAD}${lines}\nend\n`);
  const board = await openBoard({
    ...I2C_BENCH,
    replay: file,
    backEnd: 'inline',
    onWarning: () => {},
    ...more,
  });
  open.push(board);
  return { board, i2c: board.open('/dev/i2c-1'), file };
}

const read = (addr: number, register: number, length: number) => [
  { addr, write: Uint8Array.of(register) },
  { addr, read: length },
];
const bytesOf = (got: readonly Uint8Array[]) => got.map((bytes) => Buffer.from(bytes).toString('hex'));
/** The error of a call. */
function failing(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return (thrown as Error).message
      .replaceAll(folder.path('boot.bus'), 'boot.bus')
      .replace(/\/dev\/i2c-1, address 0x..: /, '');
  }
  return 'nothing';
}

describe.each(['inline', 'worker'])('parts of a recording (%s)', (backEnd) => {
  it('answer as they did: bytes, errno, and the byte that was refused', async () => {
    const { board, i2c } = await replaying(
      'i2c-1 48 w 00, r 1f 80\ni2c-1 23 w!\ni2c-1 50 w 00 aa! bb\nspi0.0 9f 00 > ff ef\ni2c-1 48 w 00, r 20 00',
      { backEnd },
    );
    expect(bytesOf(i2c.transferSync(read(0x48, 0, 2)))).toEqual(['1f80']);
    expect(failing(() => i2c.transferSync([{ addr: 0x23, write: new Uint8Array(0) }]))).toMatch(/^ENXIO/);
    expect(failing(() => i2c.transferSync([{ addr: 0x50, write: Uint8Array.of(0, 0xaa, 0xbb) }]))).toMatch(
      /^EREMOTEIO/,
    );
    const { rx } = await board.open('/dev/spidev0.0').transfer([{ tx: Uint8Array.of(0x9f, 0), rx: 2 }]);
    expect(Buffer.from(rx).toString('hex')).toBe('ffef');
    expect(bytesOf(i2c.transferSync(read(0x48, 0, 2)))).toEqual(['2000']);
    expect(board.replayed()).toMatchObject({ answered: 5, mismatchCount: 0, leftCount: 0 });
    // No model is behind them.
    expect(board.parts()).toEqual([]);
  });
});

describe('the order', () => {
  it('is that of the recording within a part, and free between parts', async () => {
    const { board, i2c } = await replaying('i2c-1 48 w 00, r 01 00\ni2c-1 48 w 00, r 02 00\ni2c-1 23 r 05');
    expect(bytesOf(i2c.transferSync([{ addr: 0x23, read: 1 }]))).toEqual(['05']);
    expect(bytesOf(i2c.transferSync(read(0x48, 0, 2)))).toEqual(['0100']);
    expect(bytesOf(i2c.transferSync(read(0x48, 0, 2)))).toEqual(['0200']);
    expect(board.replayed()).toMatchObject({ answered: 3, mismatchCount: 0, leftCount: 0 });
  });

  it('is told where it is not kept, with the line, what was expected and what came', async () => {
    const { board, i2c } = await replaying('i2c-1 48 w 01 60\ni2c-1 48 w 00, r 1f 80');
    expect(failing(() => i2c.transferSync(read(0x48, 0, 2)))).toBe(
      'EIO: boot.bus:6: expected i2c-1 48 w 01 60 (temp@48: write CONF (0x01): 60); got i2c-1 48 w 00, r <2> (temp@48: read TEMP (0x00): 2 bytes)',
    );
    expect(failing(() => i2c.transferSync([{ addr: 0x33, read: 1 }]))).toBe(
      'EIO: boot.bus: not recorded: a transfer to this address or chip select; got i2c-1 33 r <1>',
    );
    i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(1, 0x60) }]);
    expect(board.replayed()).toMatchObject({ answered: 1, mismatchCount: 2, leftCount: 1, left: [7] });
    i2c.transferSync(read(0x48, 0, 2));
    expect(failing(() => i2c.transferSync(read(0x48, 0, 2)))).toBe(
      'EIO: boot.bus:7: expected no transfer to it after this one; got i2c-1 48 w 00, r <2> (temp@48: read TEMP (0x00): 2 bytes)',
    );
  });

  it.each([
    ['another address of ten bits', 'i2c-1 048 w 00', 'EIO'],
    ['a byte more', 'i2c-1 48 w 00 00', 'EIO'],
    ['another byte', 'i2c-1 48 w 01', 'EIO'],
    ['any byte', 'i2c-1 48 w ??', 'nothing'],
    ['any rest', 'i2c-1 48 w *', 'nothing'],
    ['masked bytes', 'i2c-1 48 w <1>', 'nothing'],
    ['more masked bytes', 'i2c-1 48 w <2>', 'EIO'],
  ])('of a write fits %s or not', async (_, line, result) => {
    const { i2c } = await replaying(line);
    expect(failing(() => i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(0) }]))).toMatch(
      new RegExp(`^${result}`),
    );
  });
});

describe('what people write into a recording', () => {
  const poll = (i2c: Awaited<ReturnType<typeof replaying>>['i2c']) =>
    failing(() => i2c.transferSync([{ addr: 0x50, write: new Uint8Array(0) }]));

  it('is a poll that may be shorter or longer', async () => {
    const lines = 'repeat i2c-1 50 w!\ni2c-1 50 w 00';
    for (const times of [1, 2, 7]) {
      const { board, i2c } = await replaying(lines);
      for (let i = 0; i < times; i++) expect(poll(i2c)).toMatch(/^ENXIO/);
      i2c.transferSync([{ addr: 0x50, write: Uint8Array.of(0) }]);
      expect(board.replayed()).toMatchObject({ leftCount: 0, mismatchCount: 0 });
    }
    const { i2c } = await replaying(lines);
    expect(failing(() => i2c.transferSync([{ addr: 0x50, write: Uint8Array.of(0) }]))).toMatch(
      /^EIO: boot.bus:6/,
    );
  });

  it('is a poll that ends with what follows, where both are the same request', async () => {
    const { board, i2c } = await replaying(
      'repeat i2c-1 48 w 02, r 00\ni2c-1 48 w 02, r 80\ni2c-1 48 w 00, r 19',
    );
    expect(bytesOf(i2c.transferSync(read(0x48, 2, 1)))).toEqual(['00']);
    expect(bytesOf(i2c.transferSync(read(0x48, 2, 1)))).toEqual(['80']);
    expect(bytesOf(i2c.transferSync(read(0x48, 0, 1)))).toEqual(['19']);
    expect(board.replayed()).toMatchObject({ leftCount: 0 });
  });

  it('may be left out, or come in any order', async () => {
    const lines =
      'optional i2c-1 48 w 09\nany {\ni2c-1 48 w 01\ni2c-1 48 w 02\noptional i2c-1 48 w 03\n}\ni2c-1 48 w 04';
    const write = (i2c: Awaited<ReturnType<typeof replaying>>['i2c'], byte: number) =>
      failing(() => i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(byte) }]));
    const one = await replaying(lines);
    for (const byte of [2, 1, 4]) expect(write(one.i2c, byte)).toBe('nothing');
    expect(one.board.replayed()).toMatchObject({ leftCount: 0 });
    const two = await replaying(lines);
    for (const byte of [9, 1, 3, 2, 4]) expect(write(two.i2c, byte)).toBe('nothing');
    const three = await replaying(lines);
    expect(write(three.i2c, 1)).toBe('nothing');
    expect(write(three.i2c, 1)).toMatch(/^EIO/);
    expect(write(three.i2c, 4)).toMatch(/^EIO/);
    expect(write(three.i2c, 2)).toBe('nothing');
    expect(write(three.i2c, 4)).toBe('nothing');
    expect(three.board.replayed()).toMatchObject({ leftCount: 0, mismatchCount: 2 });
  });

  it('is arbitration that was lost, which the board tries again', async () => {
    const { board, i2c } = await replaying('i2c-1 48 w 00 EAGAIN attempts 4\ni2c-1 48 w 01 attempts 2');
    expect(failing(() => i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(0) }]))).toMatch(/^EAGAIN/);
    i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(1) }]);
    expect(board.replayed()).toMatchObject({ leftCount: 0, mismatchCount: 0 });
  });
});

describe('lines', () => {
  it('move behind the transfer in front of them', async () => {
    const { board, i2c } = await replaying(
      'button falls\ni2c-1 48 w 00\nbutton rises\ni2c-1 48 w 01\nbutton falls',
    );
    const level = () => board.line('&gpio', 'button').get();
    expect(level()).toBe(false);
    i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(0) }]);
    expect(level()).toBe(true);
    i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(1) }]);
    expect(level()).toBe(false);
  });

  it('move at their times on a board whose parts are models, as a stimulus', async () => {
    const file = folder.write(
      's.bus',
      `${HEAD}+0 button falls\n+10ms button rises\n+5ms button falls\nend\n`,
    );
    const board = await openBoard({
      ...I2C_BENCH,
      backEnd: 'inline',
      clock: 'stepped',
      replay: { file, as: 'stimulus' },
    });
    open.push(board);
    const level = () => board.line('&gpio', 'button').get();
    board.advance(1e6);
    expect(level()).toBe(false);
    board.advance(9e6);
    expect(level()).toBe(true);
    board.advance(5e6);
    expect(level()).toBe(false);
    expect(bytesOf(board.open('/dev/i2c-1').transferSync(read(0x48, 0, 2)))).toEqual(['1900']);
    expect(board.replayed()).toBeUndefined();
  });
});

describe('time', () => {
  it('on a stepped clock passes by what transfers took on the wire', async () => {
    const { board, i2c } = await replaying('i2c-1 48 w 00 ~370us\ni2c-1 48 w 01', { clock: 'stepped' });
    const trace = board.trace();
    i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(0) }]);
    i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(1) }]);
    const [first, second] = [trace.reader.read(), trace.reader.read()];
    expect((second?.startedMs ?? 0) - (first?.startedMs ?? 0)).toBeCloseTo(0.37, 3);
    trace.end();
  });
});

describe('a recording that cannot be replayed', () => {
  const refused = async (text: string, backEnd: 'inline' | 'worker' = 'inline') => {
    const file = folder.write('boot.bus', text);
    try {
      open.push(await openBoard({ ...I2C_BENCH, replay: file, backEnd, onWarning: () => {} }));
    } catch (thrown) {
      return `${(thrown as Error).name}: ${(thrown as Error).message.replaceAll(file, 'boot.bus')}`;
    }
    return 'nothing';
  };

  it.each([
    [
      'cut',
      `${HEAD}i2c-1 48 w 00\n`,
      'boot.bus:6: the recording is cut here, and a replay needs all of it; record it again',
    ],
    [
      'with losses',
      `${HEAD}i2c-1 48 w 00\nlost 12\nend\n`,
      'boot.bus:7: 12 events were lost here, and a replay needs all of them; record it again',
    ],
    [
      'with bytes cut',
      `${HEAD}i2c-1 48 r <9 cut at 2 @a1>\ndata a1 2\n  0000  00 01\nend\n`,
      'boot.bus:6: 2 of 9 bytes were kept, and a replay needs all of them',
    ],
    [
      'with answers masked',
      `${HEAD}i2c-1 48 w 00, r <2>\nend\n`,
      'boot.bus:6: 2 bytes that came in are masked, and a replay answers with them; record it without --mask',
    ],
    [
      'of another version',
      'dtbus-recording 2\n',
      'boot.bus:1: unsupported version 2: expected 1; use a newer dtbus',
    ],
  ])('is refused with its line: %s', async (_, text, sentence) => {
    for (const backEnd of ['inline', 'worker'] as const)
      expect(await refused(text, backEnd)).toBe(`BoardError: ${sentence}`);
  });

  it('is not there, or no path', async () => {
    await expect(openBoard({ ...I2C_BENCH, replay: '/nowhere.bus' })).rejects.toThrow(
      '/nowhere.bus: not found',
    );
    await expect(openBoard({ ...I2C_BENCH, replay: 7 as unknown as string })).rejects.toThrow(TypeError);
    await expect(openBoard({ ...I2C_BENCH, replay: { file: 'x', as: 'model' as 'parts' } })).rejects.toThrow(
      '"parts" or "stimulus"',
    );
  });

  it('of another tree is told', async () => {
    const warnings: string[] = [];
    const text = `${HEAD.replace('bus i2c-1', `tree old.dts sha256:${'ab'.repeat(32)}\nbus i2c-1`)}end\n`;
    const file = folder.write('other.bus', text);
    const warn = (sentence: string) => warnings.push(sentence);
    open.push(await openBoard({ ...I2C_BENCH, replay: file, backEnd: 'inline', onWarning: warn }));
    expect(warnings).toEqual([`${file}: the board is not as it was when this was recorded (old.dts)`]);
  });
});

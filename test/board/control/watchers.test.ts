import { createConnection } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findControl } from '../../../src/board/control/client.ts';
import { controlSocketOf } from '../../../src/board/control/place.ts';
import type { ControlEvent, WireEvent } from '../../../src/board/control/protocol.ts';
import { type Board, type BoardControl, openBoard, shareBoard } from '../../../src/board/index.ts';
import { runtimeFolder } from '../../cli/folder.ts';

const folder = runtimeFolder();

const source = (parts: string) =>
  `/dts-v1/; / { aliases { i2c1 = &i2c; }; i2c: i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; ${parts} }; };`;
const TEMP = 'temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };';

let file: string;
let board: Board;
let unshare: () => void;
const controls: BoardControl[] = [];
beforeEach(async () => {
  file = folder.write('board.dts', source(TEMP));
  [board, unshare] = await shared(file);
});
afterEach(async () => {
  for (const control of controls.splice(0)) control.close();
  unshare();
  await board.close();
});

async function shared(path: string): Promise<[Board, () => void]> {
  const opened = await openBoard(path, { backEnd: 'inline', treeChecks: 'off' });
  return [opened, await shareBoard(opened, file)];
}

async function connected(): Promise<BoardControl> {
  const control = await findControl(file, undefined);
  controls.push(control);
  return control;
}

const read = (on: Board, addr = 0x48) => on.open('/dev/i2c-1').transferSync([{ addr, read: 1 }]);

/** Waits until `told` has what is looked for. */
async function until<Found>(find: () => Found | undefined): Promise<Found> {
  for (;;) {
    const found = find();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const transfers = (told: readonly ControlEvent[]) =>
  told.flatMap((event) =>
    event.event === 'happened' && event.what.kind === 'transfer'
      ? `${event.board} ${event.what.segments[0]?.target.toString(16)}`
      : [],
  );

/** How many records an event has: each begins with its length (u32). */
function recordsIn(event: WireEvent): number {
  if (event.event !== 'happened') return 0;
  const bytes = Buffer.from(event.records, 'base64');
  let count = 0;
  for (let at = 0; at < bytes.length; at += bytes.readUInt32LE(at)) count++;
  return count;
}

describe('a watcher of a running board', () => {
  it('is told of the buses, and then of each transfer', async () => {
    const told: ControlEvent[] = [];
    await (await connected()).watch({}, (event) => told.push(event));
    read(board);
    await until(() => transfers(told)[0]);
    expect(told).toMatchObject([
      { event: 'board', board: 0, buses: [{ kind: 'i2c', number: 1, parts: [{ name: 'temp@48' }] }] },
      {
        event: 'happened',
        board: 0,
        what: {
          kind: 'transfer',
          bus: 0,
          segments: [{ target: 0x48, received: { bytes: Uint8Array.of(0x19), length: 1 } }],
        },
      },
    ]);
  });

  it('sees what other boards of the same file do, where they have what it watches', async () => {
    const told: ControlEvent[] = [];
    await (await connected()).watch({ parts: ['&temp'] }, (event) => told.push(event));
    const [second, unshareSecond] = await shared(file);
    const without = folder.write('without.dts', source(''));
    const [third, unshareThird] = await shared(without);
    read(second);
    expect(() => read(third)).toThrow('ENXIO');
    unshareSecond();
    await second.close();
    read(board);
    await until(() => transfers(told)[1]);
    unshareThird();
    await third.close();
    expect(transfers(told).sort()).toEqual(['0 48', '1 48']);
  });

  it('that does not read loses what finds no room, and is told how much', async () => {
    const socket = createConnection(controlSocketOf(file)).setEncoding('utf8');
    const lines: string[] = [];
    let rest = '';
    socket.on('data', (text: string) => {
      const all = (rest + text).split('\n');
      rest = all.pop() as string;
      lines.push(...all);
    });
    socket.write('{"call":"watch"}\n');
    await until(() => lines[0]);
    socket.pause();
    // Records of 1 KiB: several times what ring, socket and kernel hold.
    const COUNT = 8000;
    const node = board.open('/dev/i2c-1');
    for (let i = 0; i < COUNT; i++) {
      node.transferSync([{ addr: 0x48, read: 1024 }]);
      // Slowly enough that all would be sent to one who reads.
      if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 25));
    }
    socket.resume();
    const events = () => lines.slice(1).map((line) => JSON.parse(line) as WireEvent);
    const lost = () => events().reduce((sum, event) => sum + (event.event === 'lost' ? event.count : 0), 0);
    const told = () => events().reduce((sum, event) => sum + recordsIn(event), 0);
    await until(() => (told() + lost() === COUNT ? true : undefined));
    // What is not lost was kept in memory.
    expect(lost()).toBeGreaterThan(COUNT / 4);
    socket.destroy();
  });

  it('that leaves ends its trace', async () => {
    const ended: boolean[] = [];
    const trace = board.trace.bind(board);
    board.trace = (only) => {
      const one = trace(only);
      return Object.assign(Object.create(one), {
        end: () => {
          ended.push(true);
          one.end();
        },
      });
    };
    const control = await connected();
    await control.watch({}, () => {});
    expect(ended).toEqual([]);
    control.close();
    await until(() => ended[0]);
  });

  it('is one of eight', async () => {
    for (let i = 0; i < 8; i++) await (await connected()).watch({}, () => {});
    const ninth = await connected();
    await expect(ninth.watch({}, () => {})).rejects.toThrow(
      'too many watchers: 8 watch this board; end one of them',
    );
  });

  it.each([
    [{ parts: ['&tmp'] }, 'not found: part &tmp; the board has: /i2c/temp@48'],
    [{ buses: ['spi-0'] }, 'not found: bus spi-0; the board has: i2c-1'],
    [{ parts: '&temp' }, 'invalid parts: expected an array of names, got "&temp"'],
    [{ part: ['&temp'] }, 'unknown option part of trace: did you mean parts'],
  ])('that asks for %j is refused', async (only, message) => {
    const control = await connected();
    await expect(control.watch(only as never, () => {})).rejects.toThrow(message);
    // The connection is as good as before.
    expect(await control.ask({ call: 'get', part: '&temp' })).toMatchObject({ path: '/i2c/temp@48' });
  });
});

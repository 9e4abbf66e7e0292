import { describe, expect, it } from 'vitest';
import { exposeBoard, serveBoard } from '../../../src/board/index.ts';
import { runGuest } from '../../../src/guest/index.ts';

const onWarning = () => {};
const place = { socketDirectory: '/nowhere', onWarning };
const guest = { kernel: '/nowhere', command: ['true'], deadlineMs: 1, output: () => {}, onWarning };

describe('options of serveBoard', () => {
  it.each([
    [{ ...place, exclusiv: true }, 'unknown option exclusiv of serveBoard: did you mean exclusive'],
    [{ ...place, exclusive: 1 }, 'invalid exclusive: expected true or false, got 1'],
    [
      { ...place, limits: { conections: 5 } },
      'unknown option conections of limits: did you mean connections',
    ],
    [{ ...place, limits: { connections: 0 } }, /^invalid connections: expected an integer from 1 /],
    [{ ...place, overlays: 'x.dtso' }, 'invalid overlays: expected an array of paths, got "x.dtso"'],
    [{ socketDirectory: '/nowhere' }, 'invalid onWarning: expected a function, got undefined'],
    [
      { onWarning },
      'invalid options of serveBoard: expected one of socketDirectory, socket and fd, got none',
    ],
    [{ ...place, fd: 3 }, /expected one of socketDirectory, socket and fd, got socketDirectory and fd$/],
  ])('%o are refused', async (options, message) => {
    const failing = serveBoard('dts/demo.dts', options as never);
    await expect(failing).rejects.toThrow(TypeError);
    await expect(failing).rejects.toThrow(message);
  });
});

describe('options of exposeBoard', () => {
  it.each([
    [
      { group: 5 },
      'unknown option group of exposeBoard: the options are overlays, includePaths, trust, adopt, share, onWarning, mode, gid',
    ],
    [{ mode: '0660' }, 'invalid mode: expected an integer from 0 to 4095, got "0660"'],
  ])('%o are refused', async (options, message) => {
    await expect(exposeBoard('dts/demo.dts', options as never)).rejects.toThrow(new TypeError(message));
  });
});

describe('options of runGuest', () => {
  it.each([
    [{ ...guest, machin: 'uml' }, 'unknown option machin of runGuest: did you mean machine'],
    [{ ...guest, machine: 'arm' }, 'invalid machine: expected "uml" or "qemu", got "arm"'],
    [{ ...guest, command: 'true' }, 'invalid command: expected an array of texts, got "true"'],
    [{ ...guest, deadlineMs: 0 }, 'invalid deadlineMs: expected a number of ms, got 0'],
    [{ ...guest, kernel: undefined }, 'invalid kernel: expected text, got undefined'],
    [{ ...guest, interrupted: 5 }, 'invalid interrupted: expected an AbortSignal, got 5'],
  ])('%o are refused', async (options, message) => {
    await expect(runGuest('dts/demo.dts', options as never)).rejects.toThrow(new TypeError(message));
  });

  it('are taken where they are right: then the kernel is looked for', async () => {
    await expect(runGuest('dts/demo.dts', guest)).rejects.toThrow('kernel not found: /nowhere');
  });
});

import { describe, expect, test, vi } from 'vitest';
import { Mark, untilQuiet } from '../../../hosts/usb/index.ts';
import { BusFault } from '../../../src/bus/index.ts';

const SILENCE = undefined;
const MARK = 0x16;

/** A device that answers so, one after another, and is silent behind it. */
function device(...due: readonly (number | undefined)[]) {
  const left = [...due];
  const seen = { taken: 0, marks: 0 };
  const answers = {
    description: 'a device',
    take: async (signal: AbortSignal) => {
      // As a connection ends it at once, not after a wait.
      expect(signal).toBeInstanceOf(AbortSignal);
      seen.taken++;
      const byte = left.shift();
      if (byte === undefined) throw new BusFault('ETIMEDOUT');
      return Uint8Array.of(byte);
    },
  };
  const mark = new Mark(
    async () => {
      seen.marks++;
    },
    ([byte]) => byte === MARK,
  );
  return { seen, answers, mark };
}

describe('answers that are still due', () => {
  test('are taken one by one until there is none', async () => {
    const { seen, answers } = device(1, 2, 3);
    await untilQuiet(answers, undefined);
    expect(seen.taken).toBe(4);
  });

  test('are not asked for when the new transfer is broken off too', async () => {
    const { seen, answers, mark } = device(1);
    await expect(untilQuiet(answers, AbortSignal.abort(), mark)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(seen).toEqual({ taken: 0, marks: 0 });
  });

  test('tell of a device that is gone', async () => {
    const take = () => Promise.reject(new BusFault('ENODEV'));
    await expect(untilQuiet({ description: 'a device', take }, undefined)).rejects.toMatchObject({
      code: 'ENODEV',
    });
  });

  test('tell of a device that sends without end', async () => {
    const take = async () => Uint8Array.of(1);
    await expect(untilQuiet({ description: 'a device', take }, undefined)).rejects.toThrow(
      /^EPROTO: a device sends without being asked: /,
    );
  });

  test('end with that to a question whose answer no other is like, however long it stays away', async () => {
    const { seen, answers, mark } = device(1, SILENCE, SILENCE, 2, SILENCE, MARK, 3, SILENCE, 4);
    await untilQuiet(answers, undefined, mark);
    expect(seen).toEqual({ taken: 8, marks: 1 });
  });

  test('one that was asked and not answered is not asked again: the first answer would pass for the second', async () => {
    const { seen, answers, mark } = device(SILENCE, SILENCE, MARK);
    await mark.asked(Promise.resolve());
    await untilQuiet(answers, undefined, mark);
    expect(seen).toEqual({ taken: 4, marks: 0 });
    // Now it was answered.
    await expect(untilQuiet(answers, undefined, mark)).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    expect(seen.marks).toBe(1);
  });

  test('one that could not be sent is asked again', async () => {
    const { seen, answers, mark } = device(MARK);
    await expect(mark.asked(Promise.reject(new BusFault('EPROTO')))).rejects.toThrow('EPROTO');
    await untilQuiet(answers, undefined, mark);
    expect(seen.marks).toBe(1);
  });

  test('one that is lost is asked again at the next transfer', async () => {
    const { seen, answers, mark } = device();
    await expect(untilQuiet(answers, undefined, mark)).rejects.toThrow(
      /^ETIMEDOUT: a device does not answer: /,
    );
    // Two seconds in all.
    expect(seen).toEqual({ taken: 20, marks: 1 });
    const patient = device(MARK);
    await untilQuiet(patient.answers, undefined, mark);
    expect(seen.marks).toBe(2);
  });

  test('the silences of several transfers that were broken off are counted together', async () => {
    const { seen, answers, mark } = device();
    const limit = new AbortController();
    const take = async (signal: AbortSignal) => {
      if (seen.taken === 12) limit.abort();
      return answers.take(signal);
    };
    await expect(untilQuiet({ description: 'a device', take }, limit.signal, mark)).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
    await expect(untilQuiet(answers, undefined, mark)).rejects.toThrow('does not answer');
    expect(seen).toEqual({ taken: 20, marks: 1 });
  });
});

test('silences are of 0.1 s', async () => {
  const timeout = vi.spyOn(AbortSignal, 'timeout');
  await untilQuiet(device().answers, undefined);
  expect(timeout.mock.calls).toEqual([[100]]);
  timeout.mockRestore();
});

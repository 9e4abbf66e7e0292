import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { assertFails, boardTest, fault, sweep, type TestBoard } from '../../src/kit/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'dtbus-kit-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A board with a part that fails as it is read, and a model that cannot be loaded. */
const MODEL = `export const parts = [{
  compatible: ['acme,bomb'],
  title: 'Bomb',
  bus: { i2c: { form: 'byte registers', address: 0x10 } },
  registers: { FUSE: { at: 0 }, OTHER: { at: 1 } },
  model: () => ({
    onRead: {
      FUSE: () => light(1),
    },
  }),
}];

function light(times) {
  throw new RangeError('lit');
}
`;
writeFileSync(join(folder, 'bomb.mjs'), MODEL);
const board = join(folder, 'board.dts');
writeFileSync(
  board,
  `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; };
	i2c: i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		bomb: bomb@10 { compatible = "acme,bomb"; reg = <0x10>; dtbus,model = "./bomb.mjs"; };
	};
};
`,
);

const read = (on: TestBoard, register: number) =>
  on.open('/dev/i2c-1').transferSync([
    { addr: 0x10, write: Uint8Array.of(register) },
    { addr: 0x10, read: 1 },
  ]);
const errorOf = async (test: () => Promise<void>) => (await test().catch((thrown) => thrown)) as Error;

/** What is told of the model that failed, with the place in it. */
const FAILED =
  /\/i2c\/bomb@10: model threw an error; part disabled until reset: RangeError: lit\n +at light \(.*bomb\.mjs:14:9\)\n +at .*FUSE .*bomb\.mjs:8:19\)(?:\n|$)/;

describe('a model that throws', () => {
  it.each(['inline', 'worker'] as const)(
    'fails a test that goes on, with its stack (back-end %s)',
    async (backEnd) => {
      const test = boardTest(board, { backEnd }, async (on) => {
        await on.open('/dev/i2c-1').transfer([{ addr: 0x10, write: Uint8Array.of(1) }]);
        await on
          .open('/dev/i2c-1')
          .transfer([
            { addr: 0x10, write: Uint8Array.of(0) },
            { addr: 0x10, read: 1 },
          ])
          .catch(() => {});
      });
      const error = await errorOf(test);
      expect(error.message).toMatch(FAILED);
      expect(error.stack).toMatch(FAILED);
      expect(error.message).not.toContain('left over');
    },
  );

  it('is told in the error of a test that fails by it, once', async () => {
    const error = await errorOf(
      boardTest(board, (on) => {
        for (let index = 0; index < 3; index++) read(on, 0);
        throw new Error('never gets here');
      }),
    );
    expect(error.message).toMatch(FAILED);
    expect(error.message.split('model threw an error')).toHaveLength(2);
    expect(error.message).not.toContain('left over');
  });

  it('fails a sweep', async () => {
    const error = await errorOf(
      sweep(board, fault('nack', '&bomb', { at: 'any' }), async (on) => {
        try {
          read(on, 0);
        } catch {
          // Whatever it is.
        }
      }),
    );
    expect(error.message).toMatch(FAILED);
  });

  it('does not fail a test that hears of warnings itself', async () => {
    const onWarning = vi.fn();
    await boardTest(board, { onWarning }, async (on) => {
      await assertFails(() => Promise.resolve(read(on, 0)).then(() => read(on, 0)), 'ENXIO');
    })();
    expect(onWarning).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('RangeError: lit'));
  });
});

it('a warning of the board is in the error of a test that fails', async () => {
  const missing = join(folder, 'missing.dts');
  writeFileSync(
    missing,
    `/dts-v1/;
/ {
	i2c: i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		bomb: bomb@10 { compatible = "acme,bomb"; reg = <0x10>; dtbus,model = "./gone.mjs"; };
	};
};
`,
  );
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const error = await errorOf(
    boardTest(missing, (on) => {
      on.part('&bomb');
    }),
  );
  expect(error.message).toMatch(/^not found: simulated part &bomb[\s\S]*\nwarned: .*gone\.mjs/);
  expect(warned).toHaveBeenCalledWith(expect.stringContaining('gone.mjs'));
  warned.mockRestore();
});

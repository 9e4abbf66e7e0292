import { expect, vi } from 'vitest';
import type { TestFolder } from '../../cli/folder.ts';
import { DTBUS, type TwoMachines } from './machines.ts';

const BUS = 'compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;';
/** The board of machine A. */
export const BENCH = `/dts-v1/;
/ {
	aliases { i2c1 = &bench; };
	bench: i2c { ${BUS}
		temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=21.5"; };
	};
};
`;
const here = (port: string) => `/dts-v1/;
/ {
	aliases { i2c1 = &bench; };
	bench: i2c { ${BUS} dtbus,host = <&far>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
	hosts { far: remote { compatible = "dtbus,remote"; port = "${port}"; }; };
};
`;
/** A test suite by node:test. 21.5 °C is 0x15 0x80 in an LM75 (its data sheet, 7.3.1). */
const SUITE = `
const assert = require('node:assert');
const { test } = require('node:test');
const { openSync } = require('i2c-bus');
test('reads the temperature', () => {
  const bus = openSync(1);
  const bytes = Buffer.alloc(2);
  bus.readI2cBlockSync(0x48, 0, 2, bytes);
  assert.deepEqual([...bytes], [0x15, 0x80]);
  assert.throws(() => bus.receiveByteSync(0x50), { code: 'ENXIO' });
  bus.closeSync();
});
`;

/** On machine B: i2cdetect, which finds the LM75 of `BENCH` alone. @param place of the board @returns the tree of machine B */
export async function detectsFromB(
  { B, start }: TwoMachines,
  folder: TestFolder,
  place: string,
  env: NodeJS.ProcessEnv = {},
): Promise<string> {
  const tree = folder.write('here.dts', here(`${place}/i2c-1`));
  // A busy machine may start a host more slowly than a user waits.
  await vi.waitFor(async () => {
    const detect = start(B, process.execPath, [DTBUS, 'i2cdetect', '-b', tree, '-y', '1'], env);
    expect(await detect.ended, detect.said()).toBe(0);
    expect(detect.said()).toMatch(/^40: (-- ){8}48 (-- ?){7}$/m);
  }, 100_000);
  return tree;
}

/** The second and the third command of the README: i2cdetect, and a test suite under a lease that is called `tests`. */
export async function usedFromB(
  machines: TwoMachines,
  folder: TestFolder,
  place: string,
  env: NodeJS.ProcessEnv = {},
): Promise<void> {
  const tree = await detectsFromB(machines, folder, place, env);
  const file = folder.write('suite.test.cjs', SUITE);
  const suite = [process.execPath, '--import', 'dtbus/register', '--test', file];
  const words = [DTBUS, 'lab', 'lock', place, '--why', 'tests', '--', ...suite];
  const lock = machines.start(machines.B, process.execPath, words, { ...env, DTBUS_BOARD: tree });
  expect(await lock.ended, lock.said()).toBe(0);
  expect(lock.said()).toMatch(/pass 1\n/);
}

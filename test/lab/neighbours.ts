import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import type { TestFolder } from '../cli/folder.ts';
import type { testProcesses } from './processes.ts';

/** That a file which another lab's software loads can be read by Python. */
export function itIsPython(title: string, file: string): void {
  it(title, ({ skip }) => {
    if (spawnSync('python3', ['--version']).status !== 0) skip('there is no python3 on this machine');
    const code = 'import ast, sys; ast.parse(open(sys.argv[1]).read())';
    const { status, stderr } = spawnSync('python3', ['-c', code, file]);
    expect(status, String(stderr)).toBe(0);
  });
}

/** Shares a bus with a sensor of 31.5 °C at `bench.sock`. */
export async function shareSensor(
  folder: TestFolder,
  dtbus: ReturnType<typeof testProcesses>['dtbus'],
): Promise<void> {
  const source = `/dts-v1/;
/ {
	aliases { i2c1 = &bench; };
	bench: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=31.5"; };
	};
};
`;
  const words = ['share', folder.write('far.dts', source), '--socket', folder.path('bench.sock')];
  await dtbus(...words).heard(/^ready$/m);
}

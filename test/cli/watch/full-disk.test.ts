import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { boardText, testFolder } from '../folder.ts';

/** What cannot be written on any more is told, and told once; the command that is watched goes on, and is followed by a failure, as that of tee. */
const folder = testFolder();
const SAID =
  'dtbus: cannot write /dev/full: no space is left there; make room, or name another place; the rest is left out\n';

it.runIf(process.platform === 'linux').each(['--to', '-w'])('%s a disk that is full', (option) => {
  const board = folder.write(
    'full.dts',
    boardText('temp@48 { compatible = "national,lm75"; reg = <0x48>; };', ''),
  );
  const argv = ['watch', option, '/dev/full', board, 'i2cget', '--', '-y', '1', '0x48'];
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dtbus.js', ...argv], {
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '0x19\n' });
  expect(stderr.split(SAID).length).toBe(2);
});

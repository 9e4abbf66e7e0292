import { spawnSync } from 'node:child_process';
import type { TestFolder } from '../cli/folder.ts';
import { dtbusHere } from '../cli/run-here.ts';

/** What happens on an I2C bus, an SPI bus and a line, in the forms that a wire shows. */
export const HAPPENED = [
  'i2c-1 48 w 00, r 1f 80',
  'i2c-1 23 w!',
  'i2c-1 50 w 00 10 aa! bb',
  'i2c-1 50 r <0>',
  'i2c-1 350 w 01, r 02 03',
  'spi0.1 9f 00 00 00 > ff ef 40 14',
  'button rises',
  'i2c-1 48 w 01, r 55',
  'button falls',
] as const;

/** A recording of these lines, 1 ms apart. */
export function recordingOf(lines: readonly string[]): string {
  const body = lines.map((line, index) => `+${index === 0 ? '0' : '1ms'} ${line}`).join('\n');
  return `dtbus-recording 1
bus i2c-1 /i2c
bus spi-0 /spi
part i2c-1 48 temp@48 national,lm75
part spi-0 1 flash@1 jedec,spi-nor
line button /gpio 3
began 2026-11-28T10:00:00.000Z
${body}
end
`;
}

/** The lines of what happened, without times, columns and comments. */
export function happenedIn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => /^\+/.test(line))
    .map((line) =>
      line
        .replace(/^\+\S+ +/, '')
        .replace(/ ~\S+/, '')
        .replace(/ ;.*$/, '')
        .replaceAll(/ +/g, ' ')
        .trim(),
    );
}

/** What a conversion says, and the file that it makes. */
export async function converted(folder: TestFolder, from: string, to: string, ...more: string[]) {
  const { status, err } = await dtbusHere('convert', from, folder.path(to), ...more);
  if (status !== 0) throw new Error(`convert ended with ${status}: ${err}`);
  return { file: folder.path(to), bytes: folder.read(to), err };
}

export const hasSigrok = spawnSync('sigrok-cli', ['--version']).error === undefined;
export const hasTshark = spawnSync('tshark', ['--version']).error === undefined;
if (!hasSigrok)
  console.info('sigrok-cli is not installed (apt install sigrok-cli): nobody decodes the waves');
if (!hasTshark) console.info('tshark is not installed (apt install tshark): nobody reads the capture files');

/** What sigrok's decoders say of a file. */
export function sigrok(file: string, ...args: string[]): string[] {
  const { stdout, stderr, status } = spawnSync('sigrok-cli', ['-i', file, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return stdout.split('\n').filter((line) => line !== '');
}

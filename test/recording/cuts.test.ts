import { expect, it } from 'vitest';
import { Recording, RecordingError } from '../../src/recording/index.ts';
import { randomFrom } from '../fuzz/random.mjs';

/** Every word of the grammar. */
const TEXT = `dtbus-recording 1
tree  "b.dts" sha256:${'ab'.repeat(32)}
clock stepped
bus   i2c-1 /i2c
bus   spi-0 /spi
part  i2c-1 48 temp@48 national,lm75
line  button /gpio 2
began 2000-01-01T00:00:00.000Z
+0  i2c-1 48 w 00, r 19 00 ~480us ; temp
+1ms  i2c-1 50 w 00 5a! 00 EREMOTEIO ~290us stretch 3ms attempts 2 struck "nack on x" by "me"
+0 lost 3
+0 button falls
any {
i2c-1 48 r ?? *
}
repeat spi0.0 9f 00 > ff ef ~4us
+1us spi0.0 <40 @a1>
+1us spi0.0 > <9000 cut at 4 @b2>
data a1 40
  0000  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f
  0010  00 01 02 03 04 05 06 07  08 09 0a 0b 0c 0d 0e 0f
  0020  00 01 02 03 04 05 06 07
data b2 4
  0000  00 01 02 03
end 8
`;

/** What is wrong with a recording; undefined: nothing. */
function refusalOf(text: string): string | undefined {
  try {
    const recording = new Recording('x.bus', Buffer.from(text));
    for (const _ of recording.entries());
    return recording.summary.cut;
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError);
    return (error as Error).message;
  }
}

it('is refused with a line wherever it is cut, but for what stands behind its end', () => {
  expect(refusalOf(TEXT)).toBeUndefined();
  const whole = TEXT.length - ' 8\n'.length;
  for (let end = 0; end < whole; end++)
    expect(refusalOf(TEXT.slice(0, end)), `cut at ${end}`).toMatch(/^x\.bus:\d+: /);
  // And that it is cut, be it in a line or between two.
  const head = 'dtbus-recording 1'.length;
  for (let end = head; end < whole; end++)
    expect(refusalOf(TEXT.slice(0, end)), `cut at ${end}`).toMatch(/is cut here|may be cut$/);
});

it('is not called cut for a mistake in a line that has its end', () => {
  expect(refusalOf('dtbus-recording 1\nbus i2c-1 /i2c\ni2c-1 4')).toBe(
    'x.bus:3: invalid address: expected two hex digits, or three of ten bits, got 4; the line has no end, so the recording may be cut',
  );
  expect(refusalOf('dtbus-recording 1\nbus i2c-1 /i2c\ni2c-1 4\n')).toBe(
    'x.bus:3: invalid address: expected two hex digits, or three of ten bits, got 4',
  );
  expect(refusalOf('dtbus-recording 1\nbus i2c-1 /i2c\ni2c-1 4\nend')).not.toContain('cut');
});

it('is refused with a line, or read, whatever is changed in it', () => {
  const below = randomFrom(13);
  const numbers = ['0', '1', '65536', '2147483648', '9007199254740992', '99999999999999999999'];
  const lines = TEXT.split('\n');
  const changes = [
    (at: number) => `${TEXT.slice(0, at)}${String.fromCharCode(below(256))}${TEXT.slice(at + 1)}`,
    (at: number) => TEXT.slice(0, at) + TEXT.slice(at + 1 + below(30)),
    () => TEXT.replaceAll(/\d+/g, (number) => (below(12) === 0 ? (numbers[below(6)] as string) : number)),
    () => lines.toSpliced(below(lines.length), 1, lines[below(lines.length)] as string).join('\n'),
  ];
  let refused = 0;
  for (let i = 0; i < 4000; i++) {
    const text = changes[i % 4]?.(below(TEXT.length)) as string;
    const refusal = refusalOf(text);
    if (refusal === undefined) continue;
    refused++;
    expect(refusal, JSON.stringify(text)).toMatch(/^x\.bus:\d+: /);
  }
  expect(refused).toBeGreaterThan(1000);
});

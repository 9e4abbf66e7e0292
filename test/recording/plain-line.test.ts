import { expect, it } from 'vitest';
import { parseRecordedLine } from '../../src/recording/index.ts';
import { PlainLines } from '../../src/recording/text/plain-line.ts';
import { randomFrom } from '../fuzz/random.mjs';

const PLAIN = [
  '+0        i2c-1    48 w 00, r 19 00                ~480us          ; temp@48: read TEMP (0x00): 1f 80',
  '+1.25ms i2c-1 48 w 00 5a, 50 w, r',
  '+300ns i2c-1 7f r ff ~12s',
  '+0.5s  spi0.2   9f 00 00 00 > ff ef 40 14, 03 00, > 01 02 ~4.2us;°',
];
const OTHERS = [
  '+1ms i2c-1 50 w 00 5a! 00 EREMOTEIO ~290us stretch 3ms attempts 2 struck "nack on x" by "me"',
  '+1ms i2c-1 148 w 00',
  '+1ms i2c-1 80 w 00',
  '+1ms i2c-1 48 r ?? *',
  '+1ms i2c-1 48 w! ~1us',
  '+12345.678us spi0.2 9f > 01 02',
  '+1ms spi0.2 <9000>',
  '+1ms i2c-2 48 w 00',
  '+1ms i2c-1 48 w 00 ; a\rb',
  '+1ms i2c-1 48 w 00 ; a\u2028b',
  'repeat +1ms i2c-1 48 w 00',
];

function plainLine(text: string) {
  const bytes = Buffer.from(text);
  const lines = new PlainLines(bytes);
  for (const place of ['i2c-1 48 w 00', 'spi0.2 9f']) {
    const { what } = parseRecordedLine(place);
    if (what.kind === 'transfer') lines.learn(what);
  }
  return lines.read(0, bytes.length);
}

/** What the parser of the whole grammar makes of it; undefined: an error. */
function wholeGrammar(text: string) {
  try {
    const { afterNs, what } = parseRecordedLine(text);
    return { afterNs, what };
  } catch {
    return undefined;
  }
}

it('takes a plain line to mean what the whole grammar says', () => {
  for (const text of PLAIN) {
    expect(plainLine(text), text).toBeDefined();
    expect(plainLine(text), text).toEqual(wholeGrammar(text));
  }
});

it('leaves every other line to the parser of the whole grammar', () => {
  for (const text of OTHERS) expect(plainLine(text), text).toBeUndefined();
});

it('never takes a line for another, whatever is changed in it', () => {
  const random = randomFrom(13);
  const characters = [...' ,;<>~+.!?0123456789abcdefrwmunsip-\t"*'];
  const lines = [...PLAIN, ...OTHERS];
  let plain = 0;
  for (let i = 0; i < 30_000; i++) {
    const text = [...(lines[random(lines.length)] as string)];
    for (let changes = random(3); changes >= 0; changes--) {
      const at = random(text.length);
      text.splice(at, random(2), ...(random(3) > 0 ? [characters[random(characters.length)] as string] : []));
    }
    const line = text.join('');
    const found = plainLine(line);
    if (found === undefined) continue;
    plain++;
    expect(found, line).toEqual(wholeGrammar(line));
  }
  expect(plain).toBeGreaterThan(1000);
});

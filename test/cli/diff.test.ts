import { describe, expect, it } from 'vitest';
import { editScript } from '../../src/replay/edit-script.ts';
import { testFolder } from './folder.ts';
import { dtbusHere } from './run-here.ts';

const folder = testFolder();
const recording = (lines: string) => `dtbus-recording 1
bus i2c-1 /i2c
part i2c-1 48 temp@48 national,lm75
line button /gpio 3
${lines}
end
`;

async function diff(a: string, b: string, ...options: string[]) {
  const files = [folder.write('a.bus', recording(a)), folder.write('b.bus', recording(b))];
  const { status, out, err } = await dtbusHere('diff', ...files, ...options);
  return [status, out.replaceAll(`${folder.path('')}/`, ''), err.replaceAll(`${folder.path('')}/`, '')];
}

describe('dtbus diff', () => {
  it('finds alike what differs in times, in comments, and in the order of parts', async () => {
    expect(
      await diff(
        '+0 i2c-1 48 w 00, r 1f 80 ~370us ; warm\n+1ms i2c-1 50 w 00\n+1ms button rises',
        '+0 i2c-1 50 w 00\n+3ms button rises\n+7ms i2c-1 48 w 00, r 1f 80 ~30us',
      ),
    ).toEqual([0, '', '']);
  });

  it('says what only one has, by part, with lines and meaning', async () => {
    expect(
      await diff(
        'i2c-1 48 w 01 60\ni2c-1 23 w!\ni2c-1 48 w 00, r 1f 80\ni2c-1 48 w 00, r 20 00\nbutton rises',
        'i2c-1 48 w 00, r 1f 80\ni2c-1 48 w 00, r 21 00\ni2c-1 23 w\nbutton falls',
      ),
    ).toEqual([
      1,
      `temp@48 (i2c-1 48)
- a.bus:5: i2c-1 48 w 01 60 (temp@48: write CONF (0x01): 60)
- a.bus:8: i2c-1 48 w 00, r 20 00 (temp@48: read TEMP (0x00): 20 00)
+ b.bus:6: i2c-1 48 w 00, r 21 00 (temp@48: read TEMP (0x00): 21 00)
i2c-1 23
- a.bus:6: i2c-1 23 w! ENXIO
+ b.bus:7: i2c-1 23 w
button
- a.bus:9: rises
+ b.bus:8: falls
`,
      '',
    ]);
  });

  it('takes wildcards and masked bytes for what the other has there', async () => {
    expect((await diff('i2c-1 48 w 00, r ?? 80', 'i2c-1 48 w 00, r 1f 80'))[0]).toBe(0);
    expect((await diff('i2c-1 48 w 00, r ?? 80', 'i2c-1 48 w 00, r 1f 81'))[0]).toBe(1);
    expect((await diff('i2c-1 50 w <3>', 'i2c-1 50 w c0 ff ee'))[0]).toBe(0);
    expect((await diff('i2c-1 50 w <3>', 'i2c-1 50 w c0 ff'))[0]).toBe(1);
    expect((await diff('i2c-1 50 w 00 *', 'i2c-1 50 w 00 01 02'))[0]).toBe(0);
  });

  it('compares times where that is asked, and says it as JSON', async () => {
    const [a, b] = ['+0 i2c-1 48 w 00 ~370us', '+0 i2c-1 48 w 00 ~380us'];
    expect((await diff(a, b))[0]).toBe(0);
    const [status, out] = await diff(a, b, '--time', '--json');
    expect(status).toBe(1);
    expect(
      String(out)
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      {
        part: 'temp@48 (i2c-1 48)',
        side: '-',
        where: expect.stringMatching(/a\.bus:5$/),
        text: expect.stringMatching(/~370000ns$/),
      },
      { side: '+', text: expect.stringMatching(/~380000ns$/) },
    ]);
  });

  it('compares with a trace of another format', async () => {
    const file = folder.write('c.bus', recording('+0 i2c-1 48 w 00, r 1f 80\n+1ms i2c-1 23 w!'));
    expect((await dtbusHere('convert', file, folder.path('c.sr'))).status).toBe(0);
    expect(await dtbusHere('diff', file, folder.path('c.sr'))).toMatchObject({ status: 0, out: '' });
  });

  it('ends with 2 where it cannot read one', async () => {
    const file = folder.write('d.bus', recording('i2c-1 48 q'));
    const { status, err } = await dtbusHere('diff', file, file);
    expect([status, err]).toEqual([
      2,
      `dtbus: ${file}:5: invalid message: expected r or w after 48, got q\n`,
    ]);
    expect((await dtbusHere('diff', file)).status).toBe(2);
  });
});

describe('the shortest way from one to the other', () => {
  it('is one that leads there, and no longer than the best', () => {
    // All pairs of words of up to five letters out of two.
    const words = [''];
    for (let at = 0; at < words.length && (words[at] as string).length < 5; at++)
      words.push(`${words[at]}a`, `${words[at]}b`);
    const common = (a: string, b: string): number =>
      a === '' || b === ''
        ? 0
        : a[0] === b[0]
          ? 1 + common(a.slice(1), b.slice(1))
          : Math.max(common(a.slice(1), b), common(a, b.slice(1)));
    for (const a of words)
      for (const b of words) {
        let [atA, atB, same] = [0, 0, 0];
        for (const edit of editScript(a.length, b.length, (i, j) => a[i] === b[j])) {
          expect(a.slice(atA, atA + edit.same)).toBe(b.slice(atB, atB + edit.same));
          atA += edit.same + edit.removed;
          atB += edit.same + edit.added;
          same += edit.same;
        }
        expect([a, b, atA, atB, same]).toEqual([a, b, a.length, b.length, common(a, b)]);
      }
  });
});

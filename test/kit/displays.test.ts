import { existsSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { assertScreen, assertShows, openTestBoard, type TestBoard } from '../../src/kit/index.ts';
import '../../src/kit/vitest.ts';
import { testFolder } from '../cli/folder.ts';

const folder = testFolder();
const source = `/dts-v1/;
/ {
	i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		oled: display@3c {
			compatible = "solomon,ssd1306";
			reg = <0x3c>;
			solomon,width = <8>;
			solomon,height = <8>;
		};
		lcd: display@27 { compatible = "dtbus,hd44780-pcf8574"; reg = <0x27>; };
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
	};
};
`;
let board: TestBoard;
beforeEach(async () => {
  board = await openTestBoard({ source });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await board.finish();
});
const write = (addr: number, ...bytes: number[]) =>
  board.open('/dev/i2c-0').transferSync([{ addr, write: Uint8Array.from(bytes) }]);
/** A diagonal on the panel of eight by eight dots. */
const diagonal = () => {
  write(0x3c, 0x00, 0xda, 0x02, 0x8d, 0x14, 0xaf, 0xa1, 0xc8, 0x20, 0x00, 0x21, 0, 127, 0x22, 0, 7);
  write(0x3c, 0x40, 1, 2, 4, 8, 16, 32, 64, 128);
};
const DIAGONAL = Array.from({ length: 64 }, (_, at) => (at % 9 === 0 ? 1 : 0));

/** A PNG as the specification says (11.2, 9.2, table 11.1), of dots of 8 bits a sample. */
function png(dots: readonly number[], { colour = 0, filter = 0, interlace = 0, width = 8 } = {}): Buffer {
  const height = dots.length / width;
  const dotOf = (lit: number): number[] =>
    ({
      0: [lit * 255],
      2: [lit * 200, lit * 255, lit * 180],
      3: [lit],
      4: [lit * 255, 255],
      6: [lit * 255, lit * 190, lit * 180, 255],
    })[colour] as number[];
  const back = dotOf(0).length;
  const rows = Array.from({ length: height }, (_, y) =>
    dots.slice(y * width, (y + 1) * width).flatMap(dotOf),
  );
  const filtered = rows.flatMap((row, y) => [
    filter,
    ...row.map((value, x) => {
      const [a, b, c] = [row[x - back] ?? 0, rows[y - 1]?.[x] ?? 0, rows[y - 1]?.[x - back] ?? 0];
      const p = a + b - c;
      const nearest = [a, b, c].reduce((best, each) =>
        Math.abs(p - each) < Math.abs(p - best) ? each : best,
      );
      return (value - ([0, a, b, Math.floor((a + b) / 2), nearest][filter] as number)) & 0xff;
    }),
  ]);
  const chunk = (type: string, data: Uint8Array) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const header = Buffer.from([0, 0, 0, width, 0, 0, 0, height, 8, colour, 0, 0, interlace]);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...(colour === 3 ? [chunk('PLTE', Buffer.from([0, 0, 40, 255, 240, 230]))] : []),
    chunk('IDAT', deflateSync(Buffer.from(filtered))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const file = (bytes: Uint8Array) => {
  const path = folder.write('screen.png', '');
  writeFileSync(path, bytes);
  return path;
};
const failing = (expectation: () => void): string => {
  try {
    expectation();
  } catch (error) {
    expect((error as Error).name).toBe('AssertionError');
    return (error as Error).message;
  }
  return 'nothing thrown';
};

describe('assertScreen', () => {
  it.each([0, 2, 3, 4, 6].flatMap((colour) => [0, 1, 2, 3, 4].map((filter) => ({ colour, filter }))))(
    'takes a PNG of colour type $colour with filter $filter',
    (kind) => {
      diagonal();
      assertScreen(board.part('&oled'), file(png(DIAGONAL, kind)));
      const other = DIAGONAL.with(17, 1);
      expect(failing(() => assertScreen(board.part('&oled'), file(png(other, kind))))).toContain(
        '1 dots differ, in columns 1 to 1, rows 2 to 2; run it with DTBUS_UPDATE=1',
      );
    },
  );

  it('takes its own picture, allows what tolerance says, and shows what is there', () => {
    diagonal();
    const oled = board.part('&oled');
    assertScreen(oled, file(oled.get('picture') as Uint8Array));
    const other = file(png(DIAGONAL.with(0, 0).with(63, 0)));
    assertScreen(oled, other, { tolerance: 2 });
    const message = failing(() => assertScreen(oled, other, { tolerance: 1 }));
    expect(message).toContain('2 dots differ, 1 may, in columns 0 to 7, rows 0 to 7');
    expect(message).toContain('\nactual:\n  |▀▄      |\n  |  ▀▄    |');
    expect(failing(() => assertScreen(oled, file(png(DIAGONAL, { width: 16 }))))).toContain(
      'expected 16 x 4 dots, got 8 x 8',
    );
    expect(() => assertScreen(oled, other, { tolerance: -1 })).toThrow(TypeError);
  });

  it('writes the file where it is asked to, and no other time', () => {
    diagonal();
    const path = `${folder.write('x', '')}.png`;
    expect(failing(() => assertScreen(board.part('&oled'), path))).toContain(`not found: ${path}`);
    expect(existsSync(path)).toBe(false);
    vi.stubEnv('DTBUS_UPDATE', '1');
    assertScreen(board.part('&oled'), path);
    vi.unstubAllEnvs();
    assertScreen(board.part('&oled'), path);
    expect(board.part('&oled')).toMatchScreen(path);
    write(0x3c, 0x00, 0x21, 0, 127, 0x22, 0, 7);
    write(0x3c, 0x40, 0xff);
    expect(board.part('&oled')).not.toMatchScreen(path);
  });

  it('refuses what is no picture, at whatever byte it ends', () => {
    const whole = png(DIAGONAL, { colour: 2, filter: 4 });
    const oled = board.part('&oled');
    // The data are whole where only what checks them is not.
    for (let end = 0; end < whole.length - 16; end++)
      expect(() => assertScreen(oled, file(whole.subarray(0, end))), `${end}`).toThrow(
        /screen\.png: cannot be read: /,
      );
    expect(() => assertScreen(oled, file(png(DIAGONAL, { interlace: 1 })))).toThrow(
      /interlaced PNG: save it without/,
    );
    expect(() => assertScreen(board.part('&temp'), file(whole))).toThrow(/picture/);
  });
});

describe('assertShows', () => {
  /** Upper and lower half of each byte with EN, as a PCF8574 wires it: RS 1, EN 4, light 8. */
  const put = (byte: number, rs: 0 | 1) => {
    for (const half of [byte & 0xf0, (byte << 4) & 0xf0]) write(0x27, half | 8 | 4 | rs, half | 8 | rs);
  };

  it('finds a text in what a display shows', async () => {
    for (const half of [0x30, 0x30, 0x30, 0x20]) {
      write(0x27, half | 8 | 4, half | 8);
      await board.pass('5 ms');
    }
    for (const command of [0x28, 0x0c, 0x01, 0x06]) {
      put(command, 0);
      await board.pass('5 ms');
    }
    for (const character of Buffer.from('25.0 C')) put(character, 1);
    const lcd = board.part('&lcd');
    assertShows(lcd, '25.0 C');
    assertShows(lcd, /^\d\d\.\d C\n/);
    expect(lcd).toShow('5.0');
    expect(lcd).not.toShow('26.0 C');
    const message = failing(() => assertShows(lcd, '26.0 C'));
    expect(message).toMatch(
      /^\/i2c\/display@27 does not show "26\.0 C"\nactual:\n {2}\|25\.0 C {10}\|\n {2}\| {16}\|$/,
    );
    expect(() => assertShows(board.part('&temp'), 'x')).toThrow(/text/);
  });
});

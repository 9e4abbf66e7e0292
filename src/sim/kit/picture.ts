/** A picture of black and white dots. */
interface Bitmap {
  readonly width: number;
  readonly height: number;
  /** Whether the dot is lit. */
  at(x: number, y: number): boolean;
}

/** Loaded when the first picture is made: most boards have no display. */
function zlib(): typeof import('node:zlib') {
  return process.getBuiltinModule('node:zlib');
}

/** One PNG chunk: length, type, data, CRC of type and data (PNG specification, 5.3). */
function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(zlib().crc32(body), body.length + 4);
  return framed;
}

/** `bitmap` as a PNG with one bit a dot. */
export function toPng(bitmap: Bitmap): Uint8Array {
  const { width, height } = bitmap;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Bit depth 1, greyscale; deflate, no filter, not interlaced.
  header[8] = 1;
  const stride = 1 + Math.ceil(width / 8);
  const rows = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (bitmap.at(x, y))
        rows[y * stride + 1 + (x >> 3)] = (rows[y * stride + 1 + (x >> 3)] ?? 0) | (0x80 >> (x & 7));
    }
  }
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [
    signature,
    chunk('IHDR', header),
    chunk('IDAT', zlib().deflateSync(rows)),
    chunk('IEND', new Uint8Array(0)),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

const HALF_BLOCKS = [' ', '▀', '▄', '█'] as const;

/** `bitmap` for a terminal: two dots in each character, one above the other. */
export function toText(bitmap: Bitmap): string {
  const lines: string[] = [];
  for (let y = 0; y < bitmap.height; y += 2) {
    let line = '';
    for (let x = 0; x < bitmap.width; x++) {
      const lower = y + 1 < bitmap.height && bitmap.at(x, y + 1);
      line += HALF_BLOCKS[(bitmap.at(x, y) ? 1 : 0) + (lower ? 2 : 0)];
    }
    lines.push(line);
  }
  return lines.join('\n');
}

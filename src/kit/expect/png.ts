import { inflateSync } from 'node:zlib';

/** A picture as black and white dots. */
export interface Dots {
  readonly width: number;
  readonly height: number;
  /** A byte a dot, row by row: 1 where it is lit, that is lighter than half. */
  readonly lit: Uint8Array;
}

const SIGNATURE = '89504e470d0a1a0a';
/** Largest picture that is read, in dots: no display has more. */
const DOTS_MAX = 1 << 24;
/** Samples of a dot by colour type (PNG specification, 11.2.2). */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly samples: number;
}

/** Reads a PNG that is not interlaced. @throws {Error} what is wrong with it */
export function dotsOf(file: Uint8Array): Dots {
  const png = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (png.toString('hex', 0, 8) !== SIGNATURE) throw new Error('not a PNG');
  let header: Header | undefined;
  let palette: Buffer = Buffer.alloc(0);
  const data: Buffer[] = [];
  for (let at = 8; at + 12 <= png.length; ) {
    const [length, type] = [png.readUInt32BE(at), png.toString('latin1', at + 4, at + 8)];
    const body = png.subarray(at + 8, at + 8 + length);
    if (body.length < length) throw new Error('the PNG is cut');
    if (type === 'IHDR') header = headerOf(body);
    else if (type === 'PLTE') palette = body;
    else if (type === 'IDAT') data.push(body);
    at += length + 12;
  }
  if (header === undefined) throw new Error('a PNG without a header');
  const { height, samples, depth } = header;
  const stride = Math.ceil((header.width * samples * depth) / 8);
  const rows = inflateSync(Buffer.concat(data), { maxOutputLength: (stride + 1) * height });
  if (rows.length < (stride + 1) * height) throw new Error('the PNG is cut');
  unfilter(rows, stride, Math.max(1, (samples * depth) >> 3));
  return lightDots(rows, stride, header, palette);
}

function headerOf(body: Buffer): Header {
  if (body.length < 13) throw new Error('the PNG is cut');
  const [width, height] = [body.readUInt32BE(0), body.readUInt32BE(4)];
  const [depth, colour, interlace] = [body[8] as number, body[9] as number, body[12] as number];
  const samples = SAMPLES[colour];
  if (samples === undefined || ![1, 2, 4, 8, 16].includes(depth)) throw new Error('a PNG of an unknown kind');
  if (interlace !== 0) throw new Error('an interlaced PNG: save it without interlacing');
  if (width * height > DOTS_MAX) throw new Error(`a PNG of more than ${DOTS_MAX} dots`);
  return { width, height, depth, colour, samples };
}

/** Undoes what each row says was done to it (9.2). @param back bytes of a dot */
function unfilter(rows: Buffer, stride: number, back: number): void {
  for (let start = 0; start < rows.length; start += stride + 1) {
    const filter = rows[start] as number;
    for (let x = 1; x <= stride; x++) {
      const at = start + x;
      const left = x > back ? (rows[at - back] as number) : 0;
      const above = start > 0 ? (rows[at - stride - 1] as number) : 0;
      const corner = start > 0 && x > back ? (rows[at - stride - 1 - back] as number) : 0;
      const guess = [0, left, above, (left + above) >> 1, paeth(left, above, corner)][filter];
      if (guess === undefined) throw new Error('a PNG with an unknown filter');
      rows[at] = (rows[at] as number) + guess;
    }
  }
}

function paeth(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - above), Math.abs(guess - corner)];
  return a <= b && a <= c ? left : b <= c ? above : corner;
}

function lightDots(rows: Buffer, stride: number, header: Header, palette: Buffer): Dots {
  const { width, height, depth, colour, samples } = header;
  const lit = new Uint8Array(width * height);
  /** A sample as a share of the most. */
  const sample = (row: number, index: number): number => {
    const bit = index * depth;
    const byte = rows[row + 1 + (bit >> 3)] as number;
    // Of two bytes the first will do.
    if (depth >= 8) return byte / 255;
    return ((byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1)) / ((1 << depth) - 1);
  };
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const row = y * (stride + 1);
      const first = sample(row, x * samples);
      let light = first;
      if (colour === 3) {
        const entry = Math.round(first * ((1 << depth) - 1)) * 3;
        light = ((palette[entry] ?? 0) + (palette[entry + 1] ?? 0) + (palette[entry + 2] ?? 0)) / 765;
      } else if (samples >= 3)
        light = (first + sample(row, x * samples + 1) + sample(row, x * samples + 2)) / 3;
      lit[y * width + x] = light > 0.5 ? 1 : 0;
    }
  return { width, height, lit };
}

import { crc32, deflateSync } from 'node:zlib';

/** Pixels as a canvas gives them: red, green, blue, alpha. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

const COLOURS = 256;
/** Of eight bits a channel, as many are kept: smoothed edges differ in the others. */
const KEPT_BITS = 0xf0;

/**
 * A PNG of at most 256 colours, a quarter of the size that the canvas writes (PNG specification, colour type 3). Rarer
 * colours become their nearest common one.
 */
export function palettePng({ width, height, data }: Pixels): Buffer {
  const counts = new Map<number, number>();
  const colourAt = (i: number) => ((channel(data, i) << 16) | (channel(data, i + 1) << 8) | channel(data, i + 2)) >>> 0;
  for (let i = 0; i < data.length; i += 4) counts.set(colourAt(i), (counts.get(colourAt(i)) ?? 0) + 1);
  const palette = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, COLOURS)
    .map(([colour]) => colour);
  const indexOf = new Map([...counts.keys()].map((colour) => [colour, nearest(colour, palette)]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows[y * (width + 1) + x + 1] = indexOf.get(colourAt(4 * (y * width + x))) ?? 0;
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** White stays white. */
const channel = (data: Uint8ClampedArray, i: number) => {
  const kept = (data[i] ?? 0) & KEPT_BITS;
  return kept | (kept >> 4);
};

function nearest(colour: number, palette: readonly number[]): number {
  const distance = (other: number) =>
    Math.abs((colour >> 16) - (other >> 16)) +
    Math.abs(((colour >> 8) & 255) - ((other >> 8) & 255)) +
    Math.abs((colour & 255) - (other & 255));
  const distances = palette.map(distance);
  return distances.indexOf(Math.min(...distances));
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

import { inflateSync } from 'node:zlib';
import PDFDocument from 'pdfkit';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
/** More is no logo; a file of some bytes can claim, and unpack to, gigabytes. */
const MOST_PIXELS = 4_000_000;
const MOST_BYTES_PER_PIXEL = 8;
/** By the colour type of a PNG. */
const CHANNELS = new Map([
  [0, 1],
  [2, 3],
  [3, 1],
  [4, 2],
  [6, 4],
]);
const DEPTHS = [1, 2, 4, 8, 16];

/**
 * The picture, or undefined when it cannot be drawn. The PDF library trusts a picture: a broken one leaves it with a file
 * it can never finish, or in a loop.
 */
export function checkedLogo(picture: Uint8Array | undefined): Buffer | undefined {
  if (picture === undefined) return undefined;
  const bytes = Buffer.from(picture.buffer, picture.byteOffset, picture.byteLength);
  try {
    return (isPng(bytes) || isJpeg(bytes)) && isDrawn(bytes) ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** The library has a mind of its own about the parts that are not looked at here; what it refuses throws. */
function isDrawn(bytes: Buffer): boolean {
  return new PDFDocument({ font: '' }).image(bytes, 0, 0).readable;
}

function isPng(bytes: Buffer): boolean {
  if (!bytes.subarray(0, PNG.length).equals(PNG)) return false;
  const pixels = bytes.readUInt32BE(16) * bytes.readUInt32BE(20);
  const depth = bytes.readUInt8(24);
  const channels = CHANNELS.get(bytes.readUInt8(25)) ?? 0;
  if (pixels === 0 || pixels > MOST_PIXELS || channels === 0 || !DEPTHS.includes(depth)) return false;
  const unpacked = inflateSync(dataOf(bytes), { maxOutputLength: MOST_PIXELS * (MOST_BYTES_PER_PIXEL + 1) });
  return unpacked.length >= (pixels * channels * depth) / 8;
}

/** Reading beyond the end throws. */
function dataOf(png: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = PNG.length;
  for (let type = ''; type !== 'IEND';) {
    const length = png.readUInt32BE(at);
    type = png.toString('latin1', at + 4, at + 8);
    if (type === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  if (at > png.length) throw new RangeError('The last part is cut off');
  return Buffer.concat(parts);
}

/** Grey, colour and print colours, in a frame that holds its size. */
function isJpeg(bytes: Buffer): boolean {
  if (!bytes.subarray(0, JPEG.length).equals(JPEG)) return false;
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (!isFrame) continue;
    const pixels = bytes.readUInt16BE(at + 5) * bytes.readUInt16BE(at + 7);
    return pixels > 0 && pixels <= MOST_PIXELS * 4 && [1, 3, 4].includes(bytes[at + 9] ?? 0);
  }
  return false;
}

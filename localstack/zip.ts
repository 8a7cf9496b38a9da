import { crc32, deflateRawSync } from 'node:zlib';

/** DOS time stamp of 1 January 1980: the same contents always give the same bytes. */
const DOS_DATE = 0x21;
/** Regular file, readable by all: Lambda cannot load a file that only its owner may read. */
const UNIX_MODE = 0o100644 << 16;

/** Makes a zip archive with one file. */
export const zipOf = (name: string, contents: Uint8Array): Buffer => zipOfFiles(new Map([[name, contents]]));

/**
 * Makes a zip archive. Lambda's UpdateFunctionCode needs no more, so no dependency is used.
 *
 * @param files  contents by path, with `/`
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT sections 4.3.7, 4.3.12 and 4.3.16
 */
export function zipOfFiles(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, contents] of files) {
    const fileName = Buffer.from(name);
    // It goes to this machine: the fastest way, not the smallest.
    const packed = deflateRawSync(contents, { level: 1 });
    const common = commonHeader(fileName, { packed, contents });
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, fileName, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(UNIX_MODE >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const madeByUnix = Buffer.from([20, 3]);
    locals.push(local);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02'), madeByUnix, common, rest, fileName]));
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.size, 4);
  end.writeUInt16LE(files.size, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, Buffer.from('PK\x05\x06'), end]);
}

/** The part of a file's header that stands before the file and in the directory. */
function commonHeader(name: Buffer, { packed, contents }: { packed: Buffer; contents: Uint8Array }): Buffer {
  const common = Buffer.alloc(26);
  common.writeUInt16LE(20, 0);
  common.writeUInt16LE(8, 4);
  common.writeUInt16LE(DOS_DATE, 8);
  common.writeUInt32LE(crc32(contents), 10);
  common.writeUInt32LE(packed.length, 14);
  common.writeUInt32LE(contents.length, 18);
  common.writeUInt16LE(name.length, 22);
  return common;
}

import { DioramaError } from '@diorama/shared';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { crc32 } from 'node:zlib';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { AssetLimits } from '../limits.js';
import type { StagedFile } from '../staged-file.js';
import { writeHashed } from '../upload/hash-file.js';

const SYMLINK = 0o120000;
const FILE_TYPE_MASK = 0o170000;
/** What Finder and Explorer add to every archive. */
const LITTER = /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$)/i;

const refuse = (detail: string, cause?: unknown): DioramaError =>
  new DioramaError('asset_archive_invalid', detail, cause === undefined ? {} : { cause });

const shown = (name: string): string => JSON.stringify(name.slice(0, 200));

/** Throws for an entry that must not be unpacked. Names only ever become labels, but a trap is refused as a trap. */
function checkEntry(entry: Entry, limits: AssetLimits): void {
  const { fileName: name } = entry;
  const segments = name.split('/');
  if (segments.includes('..') || name.startsWith('/') || /^[a-z]:/i.test(name) || /[\\\0]/.test(name))
    throw refuse(`The entry ${shown(name)} points outside the archive`);
  if (segments.length > limits.archivePathDepth)
    throw refuse(`The entry ${shown(name)} is more than ${limits.archivePathDepth} folders deep`);
  if (((entry.externalFileAttributes >>> 16) & FILE_TYPE_MASK) === SYMLINK)
    throw refuse(`The entry ${shown(name)} is a symbolic link`);
  if (entry.isEncrypted()) throw refuse(`The entry ${shown(name)} is encrypted`);
  if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8)
    throw refuse(`The entry ${shown(name)} uses compression method ${entry.compressionMethod}`);
  if (
    entry.uncompressedSize > limits.archiveRatioFromBytes &&
    entry.uncompressedSize > limits.archiveRatio * entry.compressedSize
  )
    throw refuse(
      `The entry ${shown(name)} unpacks ${entry.compressedSize} bytes to ${entry.uncompressedSize}: ` +
        `more than ${limits.archiveRatio} times`,
    );
}

/** The entries that count, all checked before the first is unpacked. */
async function listEntries(zip: ZipFile, limits: AssetLimits): Promise<Entry[]> {
  if (zip.entryCount > limits.archiveEntries)
    throw refuse(`The archive has ${zip.entryCount} entries; at most ${limits.archiveEntries} are allowed`);
  const entries: Entry[] = [];
  const names = new Set<string>();
  let total = 0;
  for await (const entry of zip.eachEntry()) {
    checkEntry(entry, limits);
    if (entry.fileName.endsWith('/') || LITTER.test(entry.fileName)) continue;
    total += entry.uncompressedSize;
    if (total > limits.archiveBytes)
      throw refuse(`The archive unpacks to more than ${limits.archiveBytes} bytes`);
    if (names.has(entry.fileName)) throw refuse(`The entry ${shown(entry.fileName)} is there twice`);
    names.add(entry.fileName);
    entries.push(entry);
  }
  return entries;
}

async function unpackEntry(zip: ZipFile, entry: Entry, location: string): Promise<StagedFile> {
  let crc = 0;
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      crc = crc32(chunk, crc);
      done(null, chunk);
    },
    flush(done) {
      if (crc === entry.crc32) done();
      else done(refuse(`The entry ${shown(entry.fileName)} is damaged: its checksum is wrong`));
    },
  });
  const source = await zip.openReadStreamPromise(entry);
  source.on('error', (error: Error) => check.destroy(error));
  return { path: entry.fileName, location, ...(await writeHashed(source.pipe(check), location)) };
}

/**
 * Unpacks a zip into `folder`, under names of our own.
 *
 * yauzl fails an entry as soon as it yields more than it claimed, so what was checked is what is written. Throws
 * `asset_archive_invalid`.
 */
export async function unpackArchive(
  archive: string,
  folder: string,
  limits: AssetLimits,
): Promise<StagedFile[]> {
  try {
    const zip = await yauzl.openPromise(archive, { autoClose: false, strictFileNames: true });
    try {
      const files: StagedFile[] = [];
      for (const [index, entry] of (await listEntries(zip, limits)).entries())
        files.push(await unpackEntry(zip, entry, join(folder, `entry-${index}`)));
      return files;
    } finally {
      zip.close();
    }
  } catch (error) {
    if (error instanceof DioramaError) throw error;
    throw refuse(`The archive cannot be read: ${(error as Error).message}`, error);
  }
}

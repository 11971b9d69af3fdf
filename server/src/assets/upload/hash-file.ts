import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface HashedFile {
  readonly size: number;
  readonly sha256: string;
}

/** Writes a stream to a new file and hashes it on the way. Calls `onBytes` with the size so far. */
export async function writeHashed(
  from: Readable,
  location: string,
  onBytes?: (size: number) => void,
): Promise<HashedFile> {
  const hash = createHash('sha256');
  let size = 0;
  const tee = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      onBytes?.(size);
      done(null, chunk);
    },
  });
  await pipeline(from, tee, createWriteStream(location, { flags: 'wx' }));
  return { size, sha256: hash.digest('hex') };
}

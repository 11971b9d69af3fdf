import { Readable } from 'node:stream';

async function* cut(from: Readable, skip: number, length: number): AsyncGenerator<Uint8Array> {
  let [toSkip, left] = [skip, length];
  for await (const chunk of from as AsyncIterable<Uint8Array>) {
    const part = chunk.subarray(Math.min(toSkip, chunk.length)).subarray(0, left);
    toSkip -= Math.min(toSkip, chunk.length);
    left -= part.length;
    if (part.length > 0) yield part;
    // Leaving the loop destroys the source.
    if (left === 0) return;
  }
}

/** The `length` bytes after the first `skip`. */
export const cutStream = (from: Readable, skip: number, length: number): Readable =>
  Readable.from(cut(from, skip, length), { objectMode: false });

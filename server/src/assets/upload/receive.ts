import { Busboy, type BusboyFileStream, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { DioramaError } from '@diorama/shared';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import type { StagedFile } from '../staged-file.js';
import { writeHashed } from './hash-file.js';
import { partPath } from './part-path.js';

export interface UploadLimits {
  /** Of the whole request, multipart framing included. */
  readonly requestBytes: number;
  readonly fileBytes: number;
  /** File parts in one request. */
  readonly files: number;
}

/** Other fields that forms send along are read over, within reason. */
const FIELDS_MAX = 100;
const FIELD_BYTES_MAX = 64 * 1024;
const HEADER_BYTES_MAX = 16 * 1024;

const tooLarge = (what: string, most: number): DioramaError =>
  new DioramaError('payload_too_large', `${what} is larger than the ${most} bytes that are allowed`);

function openParser(req: IncomingMessage, limits: UploadLimits): BusboyInstance {
  const type = req.headers['content-type'] ?? '';
  if (!/^multipart\/form-data\b/i.test(type))
    throw new DioramaError('unsupported_media_type', `Send multipart/form-data, not ${type || 'nothing'}`);
  const declared = Number(req.headers['content-length'] ?? 0);
  if (declared > limits.requestBytes) throw tooLarge(`The request of ${declared} bytes`, limits.requestBytes);
  try {
    return new Busboy({
      headers: req.headers as BusboyHeaders,
      preservePath: true,
      // A part is a file if it says so by a file name; some clients send files as octet-stream without one.
      limits: {
        fileSize: limits.fileBytes,
        files: limits.files,
        fields: FIELDS_MAX,
        fieldSize: FIELD_BYTES_MAX,
        headerSize: HEADER_BYTES_MAX,
      },
    });
  } catch (error) {
    throw new DioramaError('malformed_multipart', (error as Error).message, { cause: error });
  }
}

/** Counts what comes in, and stops at the limit whatever Content-Length said. */
const countUpTo = (most: number): Transform => {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > most) done(tooLarge('The request', most));
      else done(null, chunk);
    },
  });
};

/**
 * Streams the file parts of a multipart request into `folder`, hashing them on the way.
 *
 * Throws `unsupported_media_type`, `malformed_multipart`, `payload_too_large` or `invalid_request` (no file). What a
 * failed request has left in `folder` is the caller's to delete; nothing writes there any more once this has settled.
 */
export async function receiveFiles(
  req: IncomingMessage,
  folder: string,
  limits: UploadLimits,
): Promise<StagedFile[]> {
  const parser = openParser(req, limits);
  const counter = countUpTo(limits.requestBytes);
  const writes: Promise<StagedFile>[] = [];
  const open = new Set<BusboyFileStream>();
  let failure: Error | undefined;

  await new Promise<void>((resolve) => {
    const fail = (error: Error): void => {
      failure ??= error;
      // The rest of the request is read and dropped, so that the client gets to see the answer.
      req.unpipe(counter);
      req.resume();
      for (const stream of open) stream.destroy(failure);
      resolve();
    };
    const malformed = (error: Error): void =>
      fail(
        error instanceof DioramaError
          ? error
          : new DioramaError('malformed_multipart', error.message, { cause: error }),
      );

    parser.on('file', (_field, stream, filename) => {
      const index = writes.length;
      const path = partPath(filename, index);
      open.add(stream);
      stream.on('limit', () => fail(tooLarge(path, limits.fileBytes)));
      const location = join(folder, `part-${index}`);
      const write = writeHashed(stream, location)
        .then((hashed): StagedFile => ({ path, location, ...hashed }))
        .finally(() => open.delete(stream));
      // The failure is reported by the promise itself, awaited below; this only ends the request early.
      write.catch(malformed);
      writes.push(write);
    });
    parser.on('filesLimit', () =>
      fail(new DioramaError('payload_too_large', `More than ${limits.files} files in one request`)),
    );
    parser.on('fieldsLimit', () =>
      fail(new DioramaError('payload_too_large', `More than ${FIELDS_MAX} form fields in one request`)),
    );
    parser.on('error', (error) => malformed(error as Error));
    parser.on('finish', resolve);
    counter.on('error', malformed);
    req.on('error', malformed);
    req.on('close', () => {
      if (!req.complete) fail(new DioramaError('malformed_multipart', 'The upload was cut off'));
    });
    req.pipe(counter).pipe(parser);
  });

  const settled = await Promise.allSettled(writes);
  if (failure !== undefined) throw failure;
  const files = settled.map((write) => {
    if (write.status === 'rejected') throw write.reason;
    return write.value;
  });
  if (files.length === 0)
    throw new DioramaError('invalid_request', 'Send at least one file: a part with a filename');
  return files;
}

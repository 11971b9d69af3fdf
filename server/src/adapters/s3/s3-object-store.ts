import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { DioramaError } from '@diorama/shared';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { assertObjectKey, missingObject } from '../../assets/object-key.js';
import type { ByteRange, ObjectInfo, ObjectStore } from '../../assets/object-store.js';
import { cutStream } from './cut-stream.js';

export interface S3ObjectStoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** Of MinIO and other servers than AWS; they are addressed by path. */
  readonly endpoint?: string;
  /** By default they are where there is an endpoint. */
  readonly forcePathStyle?: boolean;
  /** By default the SDK's own chain: environment, profile, instance role. */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']>;
  /** A connection on which nothing moves for so long has failed; the SDK tries three times. Default 20,000 ms. */
  readonly silenceMs?: number;
}

const CONNECT_MS = 5_000;

const isMissing = (error: unknown): boolean =>
  error instanceof S3ServiceException &&
  (error.$metadata.httpStatusCode === 404 || error.name === 'NoSuchKey');

/** Objects in an S3 bucket. A PUT is whole or not there, by S3's own promise. */
export class S3ObjectStore implements ObjectStore {
  readonly #bucket: string;
  readonly #client: S3Client;

  constructor(options: S3ObjectStoreOptions) {
    const { bucket, region, endpoint, forcePathStyle, credentials, silenceMs = 20_000 } = options;
    this.#bucket = bucket;
    this.#client = new S3Client({
      region,
      // The SDK's own default frames streams with checksums, which older S3 servers store as content.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: silenceMs },
      forcePathStyle: forcePathStyle ?? endpoint !== undefined,
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined ? {} : { credentials }),
    });
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const at = this.#at(key);
    await this.#ask(key, () =>
      this.#client.send(new PutObjectCommand({ ...at, Body: bytes, ContentLength: bytes.length })),
    );
  }

  async putFile(key: string, path: string): Promise<void> {
    const at = this.#at(key);
    const { size } = await stat(path);
    await this.#ask(key, () =>
      this.#client.send(new PutObjectCommand({ ...at, Body: createReadStream(path), ContentLength: size })),
    );
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const at = this.#at(key);
    try {
      const { ContentLength } = await this.#client.send(new HeadObjectCommand(at));
      return { size: ContentLength ?? 0 };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw new DioramaError('storage_unavailable', undefined, { cause: error });
    }
  }

  async read(key: string): Promise<Uint8Array> {
    const { Body } = await this.#get(key);
    return this.#ask(key, async () => (await Body?.transformToByteArray()) ?? new Uint8Array());
  }

  async stream(key: string, range?: ByteRange): Promise<Readable> {
    const { Body, ContentRange } = await this.#get(key, range);
    if (!(Body instanceof Readable))
      throw new DioramaError('storage_unavailable', 'S3 answered without a body');
    if (range === undefined || ContentRange?.startsWith(`bytes ${range.start}-${range.end}/`)) return Body;
    // A server may send more than was asked for; it says from where on, or sends the whole.
    const start = Number(/^bytes (\d+)-/.exec(ContentRange ?? '')?.[1] ?? 0);
    return cutStream(Body, range.start - start, range.end - range.start + 1);
  }

  async delete(key: string): Promise<void> {
    const at = this.#at(key);
    await this.#ask(key, () => this.#client.send(new DeleteObjectCommand(at)));
  }

  /** Ends idle connections. */
  close(): void {
    this.#client.destroy();
  }

  #at(key: string): { Bucket: string; Key: string } {
    assertObjectKey(key);
    return { Bucket: this.#bucket, Key: key };
  }

  #get(key: string, range?: ByteRange) {
    const at = this.#at(key);
    const bytes = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
    return this.#ask(key, () => this.#client.send(new GetObjectCommand({ ...at, ...bytes })));
  }

  async #ask<T>(key: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      throw isMissing(error)
        ? missingObject(key, error)
        : new DioramaError('storage_unavailable', undefined, { cause: error });
    }
  }
}

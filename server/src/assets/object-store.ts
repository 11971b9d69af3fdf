import type { Readable } from 'node:stream';

export interface ObjectInfo {
  readonly size: number;
}

/** Inclusive, as in HTTP. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Where bytes live: a directory on one machine, S3 in a cluster. Keys are relative paths with `/`. */
export interface ObjectStore {
  /** Stores the whole object or nothing: a reader never sees half of it. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Moves or copies a finished local file into the store. */
  putFile(key: string, path: string): Promise<void>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** The whole object; throws `storage_unavailable` when it is not there. */
  read(key: string): Promise<Uint8Array>;
  /** The object or a part of it as a stream. */
  stream(key: string, range?: ByteRange): Promise<Readable>;
  delete(key: string): Promise<void>;
}

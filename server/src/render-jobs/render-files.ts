import type { RenderTask } from '@diorama/shared';
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { ObjectStore } from '../assets/object-store.js';
import type { RenderOutput } from './render-job-record.js';

export interface PrepareOptions {
  /** Whoever waits gives up. */
  readonly signal: AbortSignal;
  /** Says what is being done, where that takes a while. */
  readonly onStage: (stage: string) => void;
}

/** The objects of the store as files: workers know a directory, no store and no credentials. */
export interface RenderFiles {
  /** Where workers find objects by their keys, and leave pictures. */
  readonly directory: string;
  /**
   * Resolves when everything that the task needs, as far as it is in the store, lies in the directory. It stays there until
   * the function is called that this resolves to.
   *
   * Throws `storage_unavailable` when the store does not answer, `render_failed` for more than there is room for.
   */
  prepare(task: RenderTask, options: PrepareOptions): Promise<() => Promise<void>>;
  /** Sees to it that the picture is in the store, and describes it; undefined when the worker left none. May be repeated. */
  collect(outputKey: string): Promise<RenderOutput | undefined>;
  /** Nobody will ask for the picture. */
  discard(outputKey: string): Promise<void>;
}

/** Size and hash of a picture from its bytes. */
export async function describeOutput(key: string, bytes: Readable): Promise<RenderOutput> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
    hash.update(chunk);
    size += chunk.length;
  }
  return { key, sha256: hash.digest('hex'), size };
}

/** Size and hash of a stored picture: what is served is then known to be there. */
export async function describeStored(objects: ObjectStore, key: string): Promise<RenderOutput | undefined> {
  if ((await objects.head(key)) === undefined) return undefined;
  return describeOutput(key, await objects.stream(key));
}

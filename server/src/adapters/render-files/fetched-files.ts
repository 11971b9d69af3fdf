import { DioramaError, type RenderTask } from '@diorama/shared';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { addAbortSignal } from 'node:stream';
import { assertObjectKey } from '../../assets/object-key.js';
import type { ObjectStore } from '../../assets/object-store.js';
import { writeHashed } from '../../assets/upload/hash-file.js';
import type { Logger } from '../../observability/logger.js';
import { exists } from '../../processes/exists.js';
import { isRunning } from '../../processes/is-running.js';
import { orAborted } from '../../processes/or-aborted.js';
import { Turns } from '../../processes/turns.js';
import type { RenderOutput } from '../../render-jobs/render-job-record.js';
import {
  describeOutput,
  describeStored,
  type PrepareOptions,
  type RenderFiles,
} from '../../render-jobs/render-files.js';
import { FileCache, type CachedFile } from './file-cache.js';

export interface FetchedFilesOptions {
  readonly objects: ObjectStore;
  /** Copies are kept below it, in a folder that goes with this process. */
  readonly root: string;
  /** All copies together are never larger. */
  readonly maxBytes: number;
  readonly logger: Logger;
}

/** Requests to the store at the same time. */
const AT_ONCE = 8;
/** Not a segment of a key. Workers have theirs there too. */
const DRAFTS = '.drafts';
/** Objects whose names tell what is in them. */
const HASH = /^[0-9a-f]{64}$/;

/** Copies what workers need out of a store that is somewhere else, and their pictures into it. */
export class FetchedFiles implements RenderFiles {
  readonly directory: string;
  readonly #options: FetchedFilesOptions;
  readonly #cache: FileCache;
  readonly #turns = new Turns(AT_ONCE);

  private constructor(options: FetchedFilesOptions) {
    this.#options = options;
    this.directory = join(options.root, String(process.pid));
    this.#cache = new FileCache({
      maxBytes: options.maxBytes,
      fetch: (key, signal) => this.#turns.take(() => this.#fetch(key, signal)),
      remove: (key) => rm(this.#pathOf(key), { force: true }),
      removeFailed: (error) => options.logger.error({ err: error }, 'a copy of an object was not removed'),
    });
  }

  /** Removes what processes that are gone have left behind. */
  static async open(options: FetchedFilesOptions): Promise<FetchedFiles> {
    await mkdir(options.root, { recursive: true });
    for (const name of await readdir(options.root))
      if (Number(name) === process.pid || !isRunning(Number(name)))
        await rm(join(options.root, name), { recursive: true, force: true });
    const files = new FetchedFiles(options);
    await mkdir(join(files.directory, DRAFTS), { recursive: true });
    return files;
  }

  /** No worker runs any more. */
  async close(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  async prepare(task: RenderTask, { signal, onStage }: PrepareOptions): Promise<() => Promise<void>> {
    const keys = [...new Set([task.snapshot_key, ...Object.values(task.assets).map(({ key }) => key)])];
    const files = await this.#cache.use(await this.#sizesOf(keys, signal), signal);
    try {
      await this.#untilThere(files, signal, onStage);
    } catch (error) {
      this.#cache.release(files);
      throw error;
    }
    return async () => {
      this.#cache.release(files);
      await rm(this.#pathOf(task.output_key), { force: true });
    };
  }

  async collect(outputKey: string): Promise<RenderOutput | undefined> {
    const { objects } = this.#options;
    const path = this.#pathOf(outputKey);
    // Where an earlier call did not come to its end, the picture may be in the store already.
    if (!(await exists(path))) return describeStored(objects, outputKey);
    const output = await describeOutput(outputKey, createReadStream(path));
    await objects.putFile(outputKey, path);
    return output;
  }

  discard(outputKey: string): Promise<void> {
    return this.#options.objects.delete(outputKey);
  }

  /** Without those that the store does not have: the worker says what that means. */
  async #sizesOf(keys: readonly string[], signal: AbortSignal): Promise<Map<string, number>> {
    const { objects } = this.#options;
    const sizeOf = async (key: string): Promise<number | undefined> => {
      signal.throwIfAborted();
      return this.#cache.sizeOf(key) ?? (await orAborted(objects.head(key), signal))?.size;
    };
    const sizes = await Promise.all(
      keys.map(async (key) => [key, await this.#turns.take(() => sizeOf(key))] as const),
    );
    return new Map(sizes.filter((each): each is [string, number] => each[1] !== undefined));
  }

  async #untilThere(
    files: readonly CachedFile[],
    signal: AbortSignal,
    onStage: (stage: string) => void,
  ): Promise<void> {
    let there = 0;
    await Promise.all(
      files.map(async (file) => {
        await orAborted(file.there, signal);
        there++;
        if (there < files.length) onStage(`fetching ${there}/${files.length} objects`);
      }),
    );
  }

  /** Streamed beside and renamed, so that a worker never sees half of it. */
  async #fetch(key: string, signal: AbortSignal): Promise<void> {
    const path = this.#pathOf(key);
    const draft = join(this.directory, DRAFTS, randomUUID());
    try {
      signal.throwIfAborted();
      const bytes = await orAborted(this.#options.objects.stream(key), signal);
      const { sha256 } = await writeHashed(addAbortSignal(signal, bytes), draft);
      if (HASH.test(basename(key)) && basename(key) !== sha256)
        throw new DioramaError('storage_unavailable', `What the store has as ${key} is something else`);
      await mkdir(dirname(path), { recursive: true });
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      if (error instanceof DioramaError) throw error;
      throw new DioramaError('storage_unavailable', `${key} could not be fetched`, { cause: error });
    }
  }

  #pathOf(key: string): string {
    assertObjectKey(key);
    return join(this.directory, ...key.split('/'));
  }
}

import { DioramaError } from '@diorama/shared';
import { Bell } from '../../processes/bell.js';
import { orAborted } from '../../processes/or-aborted.js';

export interface FileCacheOptions {
  /** All files together are never larger. */
  readonly maxBytes: number;
  /** Makes the file, of that size; ends early when nobody needs it any more. */
  readonly fetch: (key: string, signal: AbortSignal) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  readonly removeFailed: (error: unknown) => void;
}

/** A file that is there, or on its way. */
export interface CachedFile {
  readonly key: string;
  readonly size: number;
  readonly there: Promise<void>;
}

interface Entry extends CachedFile {
  readonly fetching: AbortController;
  users: number;
  isThere: boolean;
}

/** Decides which files are kept: those in use, and of the others the latest, as far as there is room. */
export class FileCache {
  readonly #options: FileCacheOptions;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #bell = new Bell();
  #removals: Promise<void> = Promise.resolve();

  constructor(options: FileCacheOptions) {
    this.#options = options;
  }

  /** Of a file that is there or on its way. */
  sizeOf(key: string): number | undefined {
    return this.#entries.get(key)?.size;
  }

  /**
   * Takes files into use, all at once, so that no two wait for each other; each is fetched if it is not there. Waits until there
   * is room. Throws `render_failed` when there can never be.
   */
  async use(sizes: ReadonlyMap<string, number>, signal: AbortSignal): Promise<CachedFile[]> {
    const { maxBytes } = this.#options;
    const wanted = sum(sizes.values());
    if (wanted > maxBytes)
      throw new DioramaError(
        'render_failed',
        `The scene and its assets take ${wanted} bytes; RENDER_CACHE_MAX_BYTES is ${maxBytes}`,
      );
    for (;;) {
      signal.throwIfAborted();
      const { rings } = this.#bell;
      if (wanted + this.#bytes((entry) => entry.users > 0 && !sizes.has(entry.key)) <= maxBytes) break;
      await orAborted(this.#bell.after(rings), signal);
    }
    this.#makeRoom(sizes);
    return [...sizes].map(([key, size]) => this.#take(key, size));
  }

  /** The files may go, once nobody else uses them. */
  release(files: readonly CachedFile[]): void {
    for (const entry of files as readonly Entry[]) {
      entry.users--;
      if (entry.users > 0 || entry.isThere) continue;
      entry.fetching.abort();
      this.#forget(entry);
    }
    this.#bell.ring();
  }

  /** Those that are not in use go, the oldest first, until the others fit. */
  #makeRoom(sizes: ReadonlyMap<string, number>): void {
    let missing = sum(sizes.values()) + this.#bytes(({ key }) => !sizes.has(key)) - this.#options.maxBytes;
    for (const entry of [...this.#entries.values()]) {
      if (missing <= 0) return;
      if (entry.users > 0 || sizes.has(entry.key)) continue;
      missing -= entry.size;
      this.#forget(entry);
    }
  }

  #take(key: string, size: number): CachedFile {
    const entry = this.#entries.get(key) ?? this.#fetch(key, size);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    return entry;
  }

  #fetch(key: string, size: number): Entry {
    const fetching = new AbortController();
    // One that is removed and wanted again must not be removed later.
    const there = this.#removals.then(() => this.#options.fetch(key, fetching.signal));
    const entry: Entry = { key, size, there, fetching, users: 0, isThere: false };
    there.then(
      () => (entry.isThere = true),
      // Who uses it hears of it. The next one tries again.
      () => this.#forget(entry),
    );
    return entry;
  }

  #forget(entry: Entry): void {
    if (this.#entries.get(entry.key) !== entry) return;
    this.#entries.delete(entry.key);
    const { remove, removeFailed } = this.#options;
    const stopped = entry.there.catch(() => undefined);
    this.#removals = Promise.all([this.#removals, stopped])
      .then(() => remove(entry.key))
      .catch(removeFailed);
    this.#bell.ring();
  }

  #bytes(which: (entry: Entry) => boolean): number {
    return sum([...this.#entries.values()].filter(which).map(({ size }) => size));
  }
}

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

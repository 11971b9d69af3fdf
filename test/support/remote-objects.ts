import { DioramaError } from '@diorama/shared';
import type { Readable } from 'node:stream';
import type { ByteRange, ObjectInfo, ObjectStore } from '../../server/src/assets/object-store.js';

/** An object store that is somewhere else: it counts what is fetched, lets it wait, and can be away. */
export class RemoteObjects implements ObjectStore {
  readonly #objects: ObjectStore;
  /** Keys of the objects that were read, in order. */
  readonly fetched: string[] = [];
  isAway = false;
  /** What is fetched waits for this. */
  gate: Promise<void> = Promise.resolve();

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    await this.#reach().put(key, bytes);
  }

  async putFile(key: string, path: string): Promise<void> {
    await this.#reach().putFile(key, path);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    return this.#reach().head(key);
  }

  async read(key: string): Promise<Uint8Array> {
    return this.#reach().read(key);
  }

  async stream(key: string, range?: ByteRange): Promise<Readable> {
    const objects = this.#reach();
    this.fetched.push(key);
    await this.gate;
    return objects.stream(key, range);
  }

  async delete(key: string): Promise<void> {
    await this.#reach().delete(key);
  }

  #reach(): ObjectStore {
    if (this.isAway) throw new DioramaError('storage_unavailable', 'The store is away');
    return this.#objects;
  }
}

import { DioramaError } from '@diorama/shared';
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ObjectReader, ObjectWriter } from '../rendering/objects.js';

/** Where the server's store keeps what is not finished; it empties it when it starts. */
const DRAFTS = '.drafts';

/** Objects as files below a directory that the server's object store shares. */
export class FileObjects implements ObjectReader, ObjectWriter {
  readonly #root: string;

  constructor(root: string) {
    this.#root = resolve(root);
  }

  async read(key: string): Promise<Uint8Array> {
    const path = this.#pathOf(key);
    try {
      return await readFile(path);
    } catch (cause) {
      throw new DioramaError('storage_unavailable', `There is no object ${key}`, { cause });
    }
  }

  /** Written beside and renamed: a reader sees all of it or nothing, also after a crash. */
  async write(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(key);
    const draft = join(this.#root, DRAFTS, randomUUID());
    await mkdir(dirname(path), { recursive: true });
    await mkdir(dirname(draft), { recursive: true });
    try {
      const handle = await open(draft, 'wx');
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  #pathOf(key: string): string {
    const sound = key
      .split('/')
      .every((segment) => segment !== '' && !segment.startsWith('.') && !/[\\\0]/.test(segment));
    if (!sound) throw new DioramaError('internal', `Not an object key: ${JSON.stringify(key.slice(0, 200))}`);
    return join(this.#root, key);
  }
}

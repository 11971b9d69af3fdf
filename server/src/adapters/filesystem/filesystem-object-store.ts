import { DioramaError } from '@diorama/shared';
import { randomUUID } from 'node:crypto';
import { copyFile, type FileHandle, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { assertObjectKey, missingObject } from '../../assets/object-key.js';
import type { ByteRange, ObjectInfo, ObjectStore } from '../../assets/object-store.js';

export interface FilesystemObjectStoreOptions {
  /** Directory of the objects; made when it is needed. */
  readonly root: string;
}

/** Not a valid segment of a key, so no object can lie in it. */
const DRAFTS = '.drafts';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;
const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a directory so that it is still there after a power cut: each new name is synced in the directory above it. */
async function makeDirectory(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  for (let made = path; made.length >= first.length; made = dirname(made)) await sync(dirname(made));
}

/**
 * Objects as files in a directory.
 *
 * An object is written as a draft, synced and renamed, and its directory is synced: after a crash or a power cut it is
 * there whole or not at all.
 */
export class FilesystemObjectStore implements ObjectStore {
  readonly #root: string;

  constructor({ root }: FilesystemObjectStoreOptions) {
    this.#root = resolve(root);
  }

  /** Removes drafts that a crash left behind. Call it before the first write. */
  async clean(): Promise<void> {
    await rm(join(this.#root, DRAFTS), { recursive: true, force: true });
  }

  put(key: string, bytes: Uint8Array): Promise<void> {
    return this.#write(key, async (draft) => {
      const handle = await open(draft, 'wx');
      try {
        await handle.writeFile(bytes);
      } finally {
        await handle.close();
      }
    });
  }

  putFile(key: string, path: string): Promise<void> {
    return this.#write(key, async (draft) => {
      try {
        await rename(path, draft);
      } catch (error) {
        if (codeOf(error) !== 'EXDEV') throw error;
        await copyFile(path, draft);
      }
    });
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const found = await stat(this.#pathOf(key));
      return found.isFile() ? { size: found.size } : undefined;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async read(key: string): Promise<Uint8Array> {
    try {
      return await readFile(this.#pathOf(key));
    } catch (error) {
      throw isMissing(error) ? missingObject(key, error) : error;
    }
  }

  async stream(key: string, range?: ByteRange): Promise<Readable> {
    let handle: FileHandle;
    try {
      handle = await open(this.#pathOf(key), 'r');
    } catch (error) {
      throw isMissing(error) ? missingObject(key, error) : error;
    }
    return handle.createReadStream(range ?? {});
  }

  async delete(key: string): Promise<void> {
    await rm(this.#pathOf(key), { force: true });
  }

  #pathOf(key: string): string {
    assertObjectKey(key);
    return join(this.#root, ...key.split('/'));
  }

  async #write(key: string, fill: (draft: string) => Promise<void>): Promise<void> {
    const path = this.#pathOf(key);
    const draft = join(this.#root, DRAFTS, randomUUID());
    await mkdir(dirname(draft), { recursive: true });
    await makeDirectory(dirname(path));
    try {
      await fill(draft);
      await sync(draft);
      await rename(draft, path);
      await sync(dirname(path));
    } catch (error) {
      await rm(draft, { force: true });
      if (codeOf(error) === 'ENOSPC')
        throw new DioramaError('storage_unavailable', 'The disk is full', { cause: error });
      throw error;
    }
  }
}

import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Scratch folders for uploads, one a request. */
export class UploadFolders {
  readonly #root: string;

  /** `root` is on the same file system as the object directory, so that files can be moved there. */
  constructor({ root }: { readonly root: string }) {
    this.#root = root;
  }

  /** Removes what a crash left behind. Call it before the first request. */
  async clean(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
  }

  /** Calls `work` with a new folder and deletes the folder, whatever happens. */
  async use<T>(work: (folder: string) => Promise<T>): Promise<T> {
    const folder = join(this.#root, randomUUID());
    await mkdir(folder, { recursive: true });
    try {
      return await work(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

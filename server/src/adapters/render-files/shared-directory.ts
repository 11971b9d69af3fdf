import type { ObjectStore } from '../../assets/object-store.js';
import type { RenderOutput } from '../../render-jobs/render-job-record.js';
import { describeStored, type RenderFiles } from '../../render-jobs/render-files.js';

export interface SharedDirectoryOptions {
  readonly objects: ObjectStore;
  /** The directory in which `objects` keeps its objects by their keys. */
  readonly directory: string;
}

/** Workers read and write where the store has its files: nothing is copied. */
export class SharedDirectory implements RenderFiles {
  readonly directory: string;
  readonly #objects: ObjectStore;

  constructor({ objects, directory }: SharedDirectoryOptions) {
    this.directory = directory;
    this.#objects = objects;
  }

  async prepare(): Promise<() => Promise<void>> {
    return async () => undefined;
  }

  collect(outputKey: string): Promise<RenderOutput | undefined> {
    return describeStored(this.#objects, outputKey);
  }

  discard(outputKey: string): Promise<void> {
    return this.#objects.delete(outputKey);
  }
}

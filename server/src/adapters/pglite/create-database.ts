import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from '../../processes/exists.js';
import { PgliteThread } from './pglite-thread.js';

/**
 * Creates the database of a directory that has none, in a thread that ends.
 *
 * PGlite makes one with a second Postgres and copies of its memory: 400 MB, which the thread that goes on with the database would keep until its next large
 * collection, minutes or hours later.
 *
 * It is made beside its place and moved there when it is whole: a process that is killed meanwhile leaves nothing that looks like a database.
 */
export async function createDatabase(options: { dataDir: string; silenceMs: number }): Promise<void> {
  const { dataDir } = options;
  if (await exists(join(dataDir, 'PG_VERSION'))) return;
  const draft = `${dataDir}.new`;
  await rm(draft, { recursive: true, force: true });
  const thread = new PgliteThread({ ...options, dataDir: draft, died: () => undefined });
  try {
    await thread.opened;
    await thread.request({ kind: 'close' });
  } finally {
    await thread.terminate();
  }
  await rename(draft, dataDir);
}

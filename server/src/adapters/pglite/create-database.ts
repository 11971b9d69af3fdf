import { join } from 'node:path';
import { exists } from '../../processes/exists.js';
import { PgliteThread } from './pglite-thread.js';

/**
 * Creates the database of a directory that has none, in a thread that ends.
 *
 * PGlite makes one with a second Postgres and copies of its memory: 400 MB, which the thread that goes on with the database would keep until its next large
 * collection, minutes or hours later.
 */
export async function createDatabase(options: { dataDir: string; silenceMs: number }): Promise<void> {
  if (await exists(join(options.dataDir, 'PG_VERSION'))) return;
  const thread = new PgliteThread({ ...options, died: () => undefined });
  try {
    await thread.opened;
    await thread.request({ kind: 'close' });
  } finally {
    await thread.terminate();
  }
}

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPglite } from '../../server/src/adapters/pglite/pglite-database.js';
import type { Database } from '../../server/src/database/database.js';
import { migrate } from '../../server/src/database/migrate.js';
import { copyDatabaseTemplate } from './database-template.js';

/** A PGlite of our own. */
export interface TestPglite {
  readonly database: Database;
  stop(): Promise<void>;
}

/** Opens an empty PGlite, which takes 4–5 s; {@link startMigratedPglite} is for whoever does not test that. */
export async function startPglite(): Promise<TestPglite> {
  const home = await mkdtemp(join(tmpdir(), 'diorama-pglite-'));
  return open(home);
}

/** Opens a PGlite that has our schema, from the copy of a template. */
export async function startMigratedPglite(): Promise<TestPglite> {
  const home = await mkdtemp(join(tmpdir(), 'diorama-pglite-'));
  copyDatabaseTemplate(join(home, 'database'));
  const pglite = await open(home);
  await migrate(pglite.database);
  return pglite;
}

async function open(home: string): Promise<TestPglite> {
  const database = await openPglite({ dataDir: join(home, 'database') });
  return {
    database,
    async stop() {
      await database.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

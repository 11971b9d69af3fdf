import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../../server/src/database/migrate.js';
import { openPglite } from '../../server/src/adapters/pglite/pglite-database.js';

const VARIABLE = 'DIORAMA_TEST_DATABASE_TEMPLATE';

/**
 * Global set-up of a test run: one migrated, empty embedded database that every test's own is a copy of.
 *
 * Creating one takes seconds of CPU, copying it a fraction of one.
 */
export default async function createDatabaseTemplate(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), 'diorama-template-'));
  const database = await openPglite({ dataDir: join(directory, 'database') });
  await migrate(database);
  await database.close();
  process.env[VARIABLE] = join(directory, 'database');
  return () => rm(directory, { recursive: true, force: true });
}

/** Puts a copy of the template at `path`; without one (a test file run on its own) the server makes its own. */
export function copyDatabaseTemplate(path: string): void {
  const template = process.env[VARIABLE];
  // A thousand small files: what copies them without blocking takes four times the CPU, and nobody else is waiting.
  if (template !== undefined) cpSync(template, path, { recursive: true });
}

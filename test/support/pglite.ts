import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openPglite } from '../../server/src/adapters/pglite/pglite-database.js';
import type { Database } from '../../server/src/database/database.js';
import { migrate } from '../../server/src/database/migrate.js';

const CACHE = fileURLToPath(new URL('../../node_modules/.cache/diorama-test/', import.meta.url));

/** A PGlite of our own. */
export interface TestPglite {
  readonly database: Database;
  /** The database's directory, for a test that closes the database and opens it again. */
  readonly dataDir: string;
  /** Closes the database, if the test has not, and deletes the directory. */
  stop(): Promise<void>;
}

/** Opens an empty PGlite. Its files are copied from a cached template: `initdb` takes 4–5 s, a copy 0.2 s. */
export async function startPglite(): Promise<TestPglite> {
  const home = await mkdtemp(join(tmpdir(), 'diorama-pglite-'));
  const dataDir = join(home, 'pglite');
  await cp(await template(), dataDir, { recursive: true });
  const database = await openPglite({ dataDir });
  return {
    database,
    dataDir,
    async stop() {
      await database.close().catch((error: Error) => {
        if (!error.message.includes('has been closed')) throw error;
      });
      await rm(home, { recursive: true, force: true });
    },
  };
}

/** {@link startPglite} with our schema. */
export async function startMigratedPglite(): Promise<TestPglite> {
  const pglite = await startPglite();
  await migrate(pglite.database);
  return pglite;
}

async function template(): Promise<string> {
  const { dependencies } = createRequire(import.meta.url)('../../server/package.json') as {
    dependencies: Record<string, string>;
  };
  const key = createHash('sha256')
    .update(`${dependencies['@electric-sql/pglite']}`)
    .digest('hex')
    .slice(0, 12);
  const path = join(CACHE, `pglite-${key}`);
  if (existsSync(path)) return path;
  await mkdir(CACHE, { recursive: true });
  const draft = await mkdtemp(join(CACHE, 'draft-'));
  const database = await openPglite({ dataDir: join(draft, 'pglite') });
  await database.close();
  try {
    await rename(join(draft, 'pglite'), path);
  } catch (error) {
    // Another test file was first; its template is as good.
    if (!existsSync(path)) throw error;
  }
  await rm(draft, { recursive: true, force: true });
  return path;
}

import { openPostgres } from '../../server/src/adapters/postgres/postgres-database.js';
import type { Database } from '../../server/src/database/database.js';
import { migrate } from '../../server/src/database/migrate.js';
import { startMigratedPglite } from './pglite.js';
import { startPostgres } from './postgres.js';

/** A database with our schema. */
export interface TestDatabase {
  readonly database: Database;
  stop(): Promise<void>;
}

/** Both databases that we promise to work on: `describe.each(Object.entries(DATABASES))`. */
export const DATABASES: Readonly<Record<'PGlite' | 'Postgres', () => Promise<TestDatabase>>> = {
  PGlite: startMigratedPglite,
  async Postgres() {
    const postgres = await startPostgres();
    const database = await openPostgres({ connectionString: await postgres.createDatabase() });
    await migrate(database);
    return {
      database,
      async stop() {
        await database.close();
        await postgres.stop();
      },
    };
  },
};

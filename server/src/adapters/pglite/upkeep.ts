import type { Database } from '../../database/database.js';
import { runLong } from '../../database/long-work.js';

/** Dead rows of a table that make cleaning it worth while; beside them, a fifth of those that live. */
const DEAD_ROWS = 500;
/** A killed server replays so much of the write-ahead log before it is ready. */
const WAL_BYTES = 32 * 1024 * 1024;

const WORN_TABLES_SQL = /* sql */ `
  SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_user_tables
  WHERE n_dead_tup > ${DEAD_ROWS} + n_live_tup / 5`;

const WAL_SQL = 'SELECT pg_current_wal_insert_lsn() - redo_lsn AS bytes FROM pg_control_checkpoint()';

/**
 * Does what Postgres' background processes do, which the embedded one does not have.
 *
 * Without it the files of the log grow with all that was ever written, and so does the time that a start after a kill takes.
 * To be called at regular times; each statement stands alone, so that commits come between.
 */
export async function keepUp(database: Database): Promise<void> {
  await database.query('SELECT pg_stat_force_next_flush()');
  const { rows: worn } = await database.query<{ name: string }>(WORN_TABLES_SQL);
  for (const { name } of worn) await runLong(database, () => database.query(`VACUUM ${name}`));
  // A plan that was made for a table when it was empty stays with prepared statements and functions for ever.
  await database.query('DISCARD PLANS');
  const { rows } = await database.query<{ bytes: string | number }>(WAL_SQL);
  if (Number(rows[0]?.bytes) > WAL_BYTES) await runLong(database, () => database.query('CHECKPOINT'));
}

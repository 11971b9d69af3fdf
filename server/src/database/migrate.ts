import type { Database, SqlClient } from './database.js';
import { initial } from './migrations/001-initial.js';
import { renderOutput } from './migrations/002-render-output.js';
import { snapshotParts } from './migrations/003-snapshot-parts.js';
import { members } from './migrations/004-members.js';
import { edits } from './migrations/005-edits.js';
import { history } from './migrations/006-history.js';
import { renderLeases } from './migrations/007-render-leases.js';
import { appendFunctions } from './migrations/008-append-functions.js';
import { renderServers } from './migrations/009-render-servers.js';
import { rowHashes } from './migrations/011-row-hashes.js';
import { appendRows } from './migrations/015-append-rows.js';

interface Migration {
  readonly id: string;
  readonly sql: string;
}

/** In order; a migration that has landed is never edited. */
const MIGRATIONS: readonly Migration[] = [
  initial,
  renderOutput,
  snapshotParts,
  members,
  edits,
  history,
  renderLeases,
  appendFunctions,
  renderServers,
  rowHashes,
  appendRows,
];

/** Any number will do, as long as every Diorama server takes the same one. */
const MIGRATION_LOCK = 0x0d10_0a4a;

/** Text between semicolons; those in the body of a function, between `$$`, count for nothing. */
const STATEMENT = /(?:\$\$[\s\S]*?\$\$|[^;$])+/g;

const statementsOf = (sql: string): string[] =>
  (sql.match(STATEMENT) ?? []).map((statement) => statement.trim()).filter((statement) => statement !== '');

/** Brings the schema up to date. Servers that start together wait for one another on an advisory lock. */
export async function migrate(database: Database): Promise<string[]> {
  const work = async (tx: SqlClient): Promise<string[]> => {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await tx.query(
      'CREATE TABLE IF NOT EXISTS migrations (id text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const { rows } = await tx.query<{ id: string }>('SELECT id FROM migrations');
    const applied = new Set(rows.map((row) => row.id));
    const missing = MIGRATIONS.filter((migration) => !applied.has(migration.id));
    for (const migration of missing) {
      for (const statement of statementsOf(migration.sql)) await tx.query(statement);
      await tx.query('INSERT INTO migrations (id) VALUES ($1)', [migration.id]);
    }
    return missing.map((migration) => migration.id);
  };
  return database.transaction(work, { isLong: true });
}

import type { LongWork } from './long-work.js';

/** A result of one statement. `rowCount` is the number of rows that it returned or changed. */
export interface QueryResult<Row> {
  readonly rows: Row[];
  readonly rowCount: number;
}

/**
 * Runs SQL. Parameters for jsonb are passed as JSON text: the drivers disagree on arrays.
 *
 * Errors of a statement carry its SQLSTATE as `code`. A database that is away, full, read-only or silent is `storage_unavailable`, with
 * the reason as its cause. int8 comes back as number (our counters stay below 2^53), bytea as Uint8Array, timestamptz as Date, jsonb parsed.
 */
export interface SqlClient {
  query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<QueryResult<Row>>;
}

export interface TransactionOptions {
  /** Its statements may take as long as they need, as those of a migration. */
  readonly isLong?: boolean;
}

/** The database: PGlite on one machine, Postgres in a cluster, behind the same SQL. */
export interface Database extends SqlClient {
  /** Whether others may use it at the same time. Otherwise no two transactions ever overlap, and none needs to lock anything. */
  readonly isShared: boolean;
  /** Where one statement holds up all others: what is known to take long is run through this. */
  readonly longWork?: LongWork;
  /**
   * Runs `work` in one transaction: commits when it resolves, rolls back when it throws.
   *
   * `work` uses `tx` alone: a query on the database itself waits for the transaction to end, on PGlite for ever. Keep
   * it short: on PGlite everybody else waits.
   */
  transaction<T>(work: (tx: SqlClient) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
}

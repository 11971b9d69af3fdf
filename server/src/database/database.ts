/** A result of one statement. `rowCount` is the number of rows that it returned or changed. */
export interface QueryResult<Row> {
  readonly rows: Row[];
  readonly rowCount: number;
}

/** Runs SQL. int8 comes back as number (our counters stay below 2^53), bytea as Uint8Array, timestamptz as Date, jsonb parsed. */
export interface SqlClient {
  query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<QueryResult<Row>>;
}

/** The database: PGlite on one machine, Postgres in a cluster, behind the same SQL. */
export interface Database extends SqlClient {
  /** Runs `work` in one transaction: commits when it resolves, rolls back when it throws. */
  transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

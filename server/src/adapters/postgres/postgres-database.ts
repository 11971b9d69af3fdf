import pg from 'pg';
import type { Database, QueryResult, SqlClient } from '../../database/database.js';

export interface PostgresOptions {
  readonly connectionString: string;
  /** Connections of the pool. Default 10. */
  readonly maxConnections?: number;
  /** How long to wait for a connection before the query fails. Default 5,000 ms. */
  readonly connectTimeoutMs?: number;
  /** Told of idle connections that the server closed; the pool replaces them. Default: nothing. */
  readonly onIdleError?: (error: Error) => void;
}

const { builtins } = pg.types;

type Parser = (value: string) => unknown;

const PARSERS = new Map<number, Parser>([
  [builtins.INT8, Number],
  [builtins.TIMESTAMPTZ, (text) => new Date(text)],
  [builtins.BYTEA, (text) => plainBytes(Buffer.from(text.slice(2), 'hex'))],
]);

const plainBytes = (buffer: Buffer): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);

/** Of this pool only: pg's own registry is global to the process. */
const TYPES: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: string): Parser => {
    const parser = format === 'binary' ? undefined : PARSERS.get(oid);
    return parser ?? (pg.types.getTypeParser(oid, format as 'text') as Parser);
  },
};

/** Opens a pool of connections to Postgres, and fails if none can be made. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    types: TYPES,
  });
  pool.on('error', options.onIdleError ?? (() => undefined));
  try {
    await pool.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  return new PostgresDatabase(pool);
}

async function run<Row>(
  client: pg.Pool | pg.PoolClient,
  sql: string,
  params: readonly unknown[] = [],
): Promise<QueryResult<Row>> {
  const result = await client.query(sql, params.map(toParameter));
  return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
}

/** pg takes only Buffers for bytes of which it copies nothing. */
const toParameter = (value: unknown): unknown =>
  value instanceof Uint8Array && !Buffer.isBuffer(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : value;

class PostgresDatabase implements Database {
  readonly isShared = true;
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  query<Row>(sql: string, params?: readonly unknown[]): Promise<QueryResult<Row>> {
    return run<Row>(this.#pool, sql, params);
  }

  async transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    let broken: Error | undefined;
    // Without a listener, a connection that the server drops during the transaction would end the process.
    const onError = (error: Error): void => void (broken = error);
    client.on('error', onError);
    try {
      await client.query('BEGIN');
      const tx: SqlClient = { query: (sql, params) => run(client, sql, params) };
      const result = await work(tx);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollback: Error) => (broken = rollback));
      throw error;
    } finally {
      // A connection that cannot even roll back is thrown away instead of going back to the pool.
      client.off('error', onError);
      client.release(broken);
    }
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}

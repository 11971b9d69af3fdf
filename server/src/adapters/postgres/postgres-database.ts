import { DioramaError } from '@diorama/shared';
import pg from 'pg';
import type { Database, QueryResult, SqlClient, TransactionOptions } from '../../database/database.js';
import { unavailable } from '../../database/unavailable.js';

export interface PostgresOptions {
  readonly connectionString: string;
  /** Connections of the pool. Default 10. */
  readonly maxConnections?: number;
  /** How long to wait for a connection before the query fails. Default 5,000 ms. */
  readonly connectTimeoutMs?: number;
  /**
   * A statement that takes longer fails, on both sides: a Postgres that hangs, or a network that swallows everything, looks like
   * one that is slow. Default 20,000 ms.
   */
  readonly statementTimeoutMs?: number;
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

const KEEP_ALIVE_MS = 10_000;
/** The server gives up first, so that the connection is not lost for it. */
const CLIENT_LATER_MS = 2_000;
/** pg takes 0 for the pool's own. */
const FOREVER_MS = 2 ** 31 - 1;

/** Opens a pool of connections to Postgres, and fails if none can be made. */
export async function openPostgres(options: PostgresOptions): Promise<Database> {
  const statementTimeoutMs = options.statementTimeoutMs ?? 20_000;
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    max: options.maxConnections ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    query_timeout: statementTimeoutMs + CLIENT_LATER_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    // eslint-disable-next-line @typescript-eslint/no-misused-promises -- the pool waits for it, which its types do not say
    onConnect: limitStatements(statementTimeoutMs),
    types: TYPES,
  });
  pool.on('error', options.onIdleError ?? (() => undefined));
  const database = new PostgresDatabase(pool);
  try {
    await database.query('SELECT 1');
  } catch (error) {
    await pool.end();
    throw error;
  }
  return database;
}

/** As a statement: poolers in between do not take it as a parameter of the connection. */
const limitStatements =
  (milliseconds: number) =>
  (client: pg.ClientBase): Promise<unknown> =>
    client.query(`SET statement_timeout = ${milliseconds}`);

async function run<Row>(
  client: pg.Pool | pg.PoolClient,
  sql: string,
  params: readonly unknown[] = [],
  timeoutMs?: number,
): Promise<QueryResult<Row>> {
  const values = params.map(toParameter);
  try {
    const query = { text: sql, values, ...(timeoutMs === undefined ? {} : { query_timeout: timeoutMs }) };
    const result = await client.query(query);
    return { rows: result.rows as Row[], rowCount: result.rowCount ?? 0 };
  } catch (error) {
    throw problemOf(error);
  }
}

/** What Postgres itself did not say comes from the connection, or from the values of a caller who was wrong. */
function problemOf(error: unknown): unknown {
  if (error instanceof pg.DatabaseError) return unavailable(error) ?? error;
  if (error instanceof TypeError || error instanceof RangeError) return error;
  return new DioramaError('storage_unavailable', 'The database cannot be reached', { cause: error });
}

/** Whether the error came from the connection: nothing more can be said over it. */
const isOfConnection = (error: unknown): boolean =>
  error instanceof DioramaError &&
  error.code === 'storage_unavailable' &&
  !(error.cause instanceof pg.DatabaseError);

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

  async transaction<T>(
    work: (tx: SqlClient) => Promise<T>,
    { isLong = false }: TransactionOptions = {},
  ): Promise<T> {
    const client = await this.#connect();
    const timeoutMs = isLong ? FOREVER_MS : undefined;
    const tx: SqlClient = { query: (sql, params) => run(client, sql, params, timeoutMs) };
    let broken: Error | undefined;
    // Without a listener, a connection that the server drops during the transaction would end the process.
    const onError = (error: Error): void => void (broken = error);
    client.on('error', onError);
    try {
      await tx.query('BEGIN');
      if (isLong) await tx.query('SET LOCAL statement_timeout = 0');
      const result = await work(tx);
      await tx.query('COMMIT');
      return result;
    } catch (error) {
      if (isOfConnection(error)) broken = error as Error;
      else await tx.query('ROLLBACK').catch((rollback: Error) => (broken = rollback));
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

  async #connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw problemOf(error);
    }
  }
}

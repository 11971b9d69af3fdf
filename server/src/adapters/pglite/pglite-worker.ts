import { PGlite, types, type Transaction } from '@electric-sql/pglite';
import { parentPort, workerData } from 'node:worker_threads';
import { PreparedStatements, resultOf } from './prepared-statements.js';
import { OPENED_ID, type PgliteFailure, type PgliteReply, type PgliteRequest } from './protocol.js';

// The entry of the thread that owns the embedded database: a slow query must never block the event loop of the editors.

if (parentPort === null) throw new Error('pglite-worker runs as a worker thread only');
const port = parentPort;

interface OpenTransaction {
  readonly tx: Transaction;
  readonly end: (commit: boolean) => void;
  readonly ended: Promise<void>;
}

/*
 * PGlite's own conversion of bytea goes byte by byte through strings: 350 ms of CPU for 1 MB, in which nothing else is
 * committed. Bytes as they are become a binary parameter.
 */
const sendBinary = (bytes: Uint8Array): string => bytes as unknown as string;
const parseBytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.slice(2), 'hex'));

class RolledBack extends Error {}

const transactions = new Map<number, OpenTransaction>();

const failureOf = (error: unknown): PgliteFailure => {
  const { message, code, detail, constraint } = error as PgliteFailure;
  return { message: message ?? String(error), code, detail, constraint };
};

const reply = (message: PgliteReply): void => port.postMessage(message);
const succeed = (id: number, rows: unknown[] = [], rowCount = 0): void =>
  reply({ id, ok: true, rows, rowCount });
const fail = (id: number, error: unknown): void => reply({ id, ok: false, error: failureOf(error) });

/** PGlite runs a transaction as a callback; this holds the callback open until `end` is called. */
function begin(database: PGlite, id: number): void {
  const ended = database.transaction(
    (tx) =>
      new Promise<void>((resolve, reject) => {
        const end = (commit: boolean): void => (commit ? resolve() : reject(new RolledBack()));
        transactions.set(id, { tx, end, ended });
        succeed(id);
      }),
  );
  ended.catch((error: unknown) => {
    // Errors of the end are reported by `end`; only a BEGIN that failed has nobody else to report it.
    if (!transactions.has(id)) fail(id, error);
  });
}

async function end(transaction: number, commit: boolean): Promise<void> {
  const open = transactionOf(transaction);
  open.end(commit);
  try {
    await open.ended;
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error;
  } finally {
    transactions.delete(transaction);
  }
}

function transactionOf(id: number): OpenTransaction {
  const open = transactions.get(id);
  if (open === undefined) throw new Error('The transaction has ended already');
  return open;
}

async function handle(
  database: PGlite,
  statements: PreparedStatements,
  request: PgliteRequest,
): Promise<void> {
  switch (request.kind) {
    case 'query': {
      const { sql, params, transaction } = request;
      const result =
        transaction === null
          ? await statements.query(sql, params)
          : resultOf(await transactionOf(transaction).tx.query(sql, params));
      succeed(request.id, result.rows, result.rowCount);
      return;
    }
    case 'begin':
      begin(database, request.id);
      return;
    case 'end':
      await end(request.transaction, request.commit);
      succeed(request.id);
      return;
    case 'close':
      await database.close();
      succeed(request.id);
      port.close();
  }
}

/*
 * Postgres writes zeros over all of its buffers when it starts, and so holds them whether it has pages for them or not. A commit takes as long with a
 * quarter of the usual 128 MB. The buffers of the write-ahead log would shrink with them.
 */
const MEMORY = ['-c', 'shared_buffers=32MB', '-c', 'wal_buffers=4MB'];

const { dataDir } = workerData as { dataDir: string };
try {
  const database = await PGlite.create({
    dataDir,
    startParams: [...PGlite.defaultStartParams, ...MEMORY],
    parsers: {
      [types.INT8]: Number,
      [types.TIMESTAMPTZ]: (text) => new Date(text),
      [types.BYTEA]: parseBytes,
    },
    serializers: { [types.BYTEA]: sendBinary },
  });
  const statements = new PreparedStatements(database);
  port.on('message', (request: PgliteRequest) => {
    handle(database, statements, request).catch((error: unknown) => fail(request.id, error));
  });
  succeed(OPENED_ID);
} catch (error) {
  fail(OPENED_ID, error);
  port.close();
}

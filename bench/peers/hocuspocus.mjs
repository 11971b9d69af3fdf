// hocuspocus as its documentation sets it up; with DATABASE_URL it keeps documents in Postgres.
import { Database } from '@hocuspocus/extension-database';
import { Server } from '@hocuspocus/server';
import pg from 'pg';

async function postgresExtension(connectionString) {
  const pool = new pg.Pool({ connectionString });
  await pool.query('CREATE TABLE IF NOT EXISTS documents (name text PRIMARY KEY, data bytea NOT NULL)');
  return new Database({
    async fetch({ documentName }) {
      const { rows } = await pool.query('SELECT data FROM documents WHERE name = $1', [documentName]);
      return rows[0]?.data ?? null;
    },
    async store({ documentName, state }) {
      await pool.query(
        'INSERT INTO documents (name, data) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET data = excluded.data',
        [documentName, state],
      );
    },
  });
}

const { DATABASE_URL, FLUSH_DELAY_MS } = process.env;
const server = new Server({
  address: '127.0.0.1',
  port: Number(process.env.PORT),
  quiet: true,
  ...(FLUSH_DELAY_MS === undefined ? {} : { flushDelay: Number(FLUSH_DELAY_MS) }),
  extensions: DATABASE_URL === undefined ? [] : [await postgresExtension(DATABASE_URL)],
});
await server.listen();
process.stdout.write('ready\n');

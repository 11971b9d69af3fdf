import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPglite } from '../../../test/support/pglite.js';
import { startPostgres, type TestPostgres } from '../../../test/support/postgres.js';
import { startTcpProxy, type TcpProxy } from '../../../test/support/tcp-proxy.js';
import { openPostgres } from '../adapters/postgres/postgres-database.js';
import type { Database } from './database.js';
import { migrate } from './migrate.js';

interface Opened {
  readonly database: Database;
  stop(): Promise<void>;
}

const ADAPTERS: Record<string, () => Promise<Opened>> = {
  PGlite: startPglite,
  async Postgres() {
    const postgres = await startPostgres();
    const database = await openPostgres({ connectionString: await postgres.createDatabase() });
    return {
      database,
      async stop() {
        await database.close();
        await postgres.stop();
      },
    };
  },
};

describe.each(Object.keys(ADAPTERS))('the database port on %s', (name) => {
  let opened: Opened;
  let database: Database;

  beforeAll(async () => {
    opened = await (ADAPTERS[name] as () => Promise<Opened>)();
    database = opened.database;
    await database.query('CREATE TABLE items (id int8 PRIMARY KEY, data bytea, at timestamptz, doc jsonb)');
  });
  afterAll(() => opened.stop());

  it('LOG-1: reads int8 as number, bytea as bytes of its own, timestamptz as Date, jsonb parsed', async () => {
    const { rows } = await database.query(
      `SELECT $1::int8 AS number, $2::bytea AS bytes, $3::timestamptz AS date, $4::jsonb AS json,
              NULL::text AS nothing, $5::text[] AS texts, count(*) AS counted FROM (VALUES (1), (2)) AS v`,
      [
        2 ** 40,
        new Uint8Array([0, 1, 255]),
        new Date('2026-01-02T03:04:05.678Z'),
        '[1,{"a":null}]',
        ['x', 'y'],
      ],
    );
    const row = rows[0] as { bytes: Uint8Array };
    expect({ ...row, bytes: [...row.bytes] }).toEqual({
      number: 2 ** 40,
      bytes: [0, 1, 255],
      date: new Date('2026-01-02T03:04:05.678Z'),
      json: [1, { a: null }],
      nothing: null,
      texts: ['x', 'y'],
      counted: 2,
    });
    expect(row.bytes).toBeInstanceOf(Uint8Array);
  });

  it('LOG-1: takes bytes that are a view into a larger buffer', async () => {
    const view = new Uint8Array([9, 9, 1, 2, 3, 9]).subarray(2, 5);
    const { rows } = await database.query<{ bytes: Uint8Array }>('SELECT $1::bytea AS bytes', [view]);
    expect([...(rows[0]?.bytes ?? [])]).toEqual([1, 2, 3]);
  });

  it('LOG-1: counts the rows that a statement returned or changed', async () => {
    const insert = await database.query('INSERT INTO items (id) VALUES (1), (2), (3)');
    const update = await database.query('UPDATE items SET doc = NULL WHERE id > 1 RETURNING id');
    const select = await database.query('SELECT id FROM items');
    const remove = await database.query('DELETE FROM items');
    expect([insert.rowCount, update.rowCount, select.rowCount, remove.rowCount]).toEqual([3, 2, 3, 3]);
  });

  it('LOG-2: a transaction commits when its work resolves, and returns its result', async () => {
    const result = await database.transaction(async (tx) => {
      await tx.query('INSERT INTO items (id) VALUES (10)');
      return 'done';
    });
    expect(result).toBe('done');
    expect((await database.query('SELECT id FROM items WHERE id = 10')).rowCount).toBe(1);
  });

  it('LOG-2: a transaction whose work throws leaves nothing behind and rethrows', async () => {
    const work = database.transaction(async (tx) => {
      await tx.query('INSERT INTO items (id) VALUES (20)');
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect((await database.query('SELECT id FROM items WHERE id = 20')).rowCount).toBe(0);
  });

  it('LOG-2: transactions that run at once do not mix', async () => {
    const count = 8;
    await database.query('INSERT INTO items (id, doc) VALUES (30, $1)', ['0']);
    const increment = () =>
      database.transaction(async (tx) => {
        const { rows } = await tx.query<{ doc: number }>('SELECT doc FROM items WHERE id = 30 FOR UPDATE');
        await tx.query('UPDATE items SET doc = $1 WHERE id = 30', [String((rows[0]?.doc ?? 0) + 1)]);
      });
    await Promise.all(Array.from({ length: count }, increment));
    const { rows } = await database.query('SELECT doc FROM items WHERE id = 30');
    expect(rows).toEqual([{ doc: count }]);
  });

  it('LOG-3: a failed statement rejects with its SQLSTATE, and the next one works', async () => {
    await database.query('INSERT INTO items (id) VALUES (40)');
    const twice = database.query('INSERT INTO items (id) VALUES (40)');
    await expect(twice).rejects.toMatchObject({ code: '23505', constraint: 'items_pkey' });
    await expect(database.query('SELEKT')).rejects.toMatchObject({ code: '42601' });
    const failing = database.transaction((tx) => tx.query('SELECT 1 / 0'));
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('LOG-20: a statement that comes again and again answers each time as the first time', async () => {
    const insert = 'INSERT INTO items (id, data, doc) VALUES ($1, $2, $3) RETURNING id, data, at, doc';
    for (let id = 60; id < 66; id++) {
      const params = [id, Uint8Array.of(id, 0, 255), '{"a":[1]}'];
      const { rows, rowCount } = await database.query<{ data: Uint8Array }>(insert, params);
      expect(rowCount).toBe(1);
      expect({ ...rows[0], data: [...(rows[0]?.data ?? [])] }).toEqual({
        id,
        data: [id, 0, 255],
        at: null,
        doc: { a: [1] },
      });
      await expect(database.query(insert, params)).rejects.toMatchObject({
        code: '23505',
        constraint: 'items_pkey',
      });
      const all = await database.query('SELECT id FROM items WHERE id = ANY ($1::int8[])', [[60, id]]);
      expect(all.rowCount).toBe(id === 60 ? 1 : 2);
      expect((await database.query('UPDATE items SET at = now() WHERE id < $1', [0])).rowCount).toBe(0);
    }
  });

  it('LOG-20: many who ask for it at once do not burden the database with a copy each', async () => {
    const sql = 'SELECT count(*) AS counted FROM items WHERE id < $1';
    const all = await Promise.all(Array.from({ length: 50 }, () => database.query(sql, [0])));
    for (const { rows } of all) expect(rows).toEqual([{ counted: 0 }]);
    const { rows } = await database.query<{ copies: number }>(
      'SELECT count(*) AS copies FROM pg_prepared_statements WHERE statement = $1',
      [sql],
    );
    expect(rows[0]?.copies).toBeLessThanOrEqual(1);
  });

  it('LOG-20: it knows tables that have changed meanwhile', async () => {
    await database.query('CREATE TABLE growing (id int8)');
    await database.query('INSERT INTO growing VALUES (1)');
    const read = async () => (await database.query('SELECT * FROM growing')).rows;
    for (let time = 0; time < 5; time++) expect(await read()).toEqual([{ id: 1 }]);
    await database.query("ALTER TABLE growing ADD COLUMN name text DEFAULT 'new'");
    for (let time = 0; time < 5; time++) expect(await read()).toEqual([{ id: 1, name: 'new' }]);
  });

  it('LOG-20: it does not become part of a transaction of somebody else', async () => {
    const insert = (id: number) => database.query('INSERT INTO items (id) VALUES ($1)', [id]);
    for (let id = 70; id < 75; id++) await insert(id);
    let beside: Promise<unknown> | undefined;
    const rolledBack = database.transaction(async (tx) => {
      await tx.query('INSERT INTO items (id) VALUES (79)');
      beside = insert(75);
      throw new Error('changed my mind');
    });
    await expect(rolledBack).rejects.toThrow('changed my mind');
    await beside;
    const { rows } = await database.query('SELECT id FROM items WHERE id IN (75, 79)');
    expect(rows).toEqual([{ id: 75 }]);
  });

  it('LOG-18: what a read-only database refuses is storage_unavailable, and the next statement works', async () => {
    const readOnly = database.transaction(async (tx) => {
      await tx.query('SET TRANSACTION READ ONLY');
      await tx.query('INSERT INTO items (id) VALUES (50)');
    });
    const cause = expect.objectContaining({ code: '25006' }) as unknown;
    await expect(readOnly).rejects.toMatchObject({ code: 'storage_unavailable', cause });
    expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });

  it('LOG-4: migrations run once, also when two servers start together', async () => {
    const [first, second] = await Promise.all([migrate(database), migrate(database)]);
    expect([...first, ...second]).toEqual(expect.arrayContaining(['001-initial']));
    expect(new Set([...first, ...second]).size).toBe(first.length + second.length);
    expect(await migrate(database)).toEqual([]);
  });
});

describe('a Postgres that does not answer', () => {
  const unavailable = { code: 'storage_unavailable' };
  let postgres: TestPostgres;
  let proxy: TcpProxy;
  let database: Database;
  beforeAll(async () => {
    postgres = await startPostgres();
    const url = new URL(await postgres.createDatabase());
    const port = Number(url.port);
    proxy = await startTcpProxy(() => [port]);
    url.port = String(proxy.port);
    database = await openPostgres({
      connectionString: url.href,
      // Long enough for what is no sleep, on a machine that does other things as well.
      statementTimeoutMs: 1_000,
    });
  });
  afterAll(async () => {
    await proxy.stop();
    await database.close();
    await postgres.stop();
  });

  it('LOG-18: a statement that takes too long is given up, alone and in a transaction, unless it may take long', async () => {
    const sleeping = 'SELECT 1 AS one FROM pg_sleep(1.5)';
    const [alone, inTransaction, long] = await Promise.allSettled([
      database.query(sleeping),
      database.transaction((tx) => tx.query(sleeping)),
      database.transaction((tx) => tx.query(sleeping), { isLong: true }),
    ]);
    const givenUp = { status: 'rejected', reason: { ...unavailable, cause: { code: '57014' } } };
    expect(alone).toMatchObject(givenUp);
    expect(inTransaction).toMatchObject(givenUp);
    expect(long).toMatchObject({ status: 'fulfilled', value: { rows: [{ one: 1 }] } });
    // On the connection of the long one, too, wherever the pool takes it from.
    const again = await Promise.allSettled(Array.from({ length: 3 }, () => database.query(sleeping)));
    for (const result of again) expect(result).toMatchObject(givenUp);
  });

  it('LOG-18: so is one whose answer the network swallows; afterwards all works again', async () => {
    let stalled = (): void => undefined;
    const inTransaction = database.transaction(async (tx) => {
      await tx.query('SELECT 1');
      proxy.stall();
      stalled();
      await tx.query('SELECT 2');
    });
    await new Promise<void>((resolve) => (stalled = resolve));
    const alone = database.query('SELECT 3');
    await Promise.all([
      expect(inTransaction).rejects.toMatchObject(unavailable),
      expect(alone).rejects.toMatchObject(unavailable),
    ]);
    proxy.resume();
    expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  });
});

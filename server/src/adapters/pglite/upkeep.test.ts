import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMigratedPglite } from '../../../../test/support/pglite.js';
import type { Database } from '../../database/database.js';
import { keepUp } from './upkeep.js';

describe('the upkeep of the embedded database', () => {
  let opened: { database: Database; stop(): Promise<void> };
  let database: Database;

  beforeAll(async () => {
    opened = await startMigratedPglite();
    database = opened.database;
    await database.query('CREATE TABLE items (data text)');
  });
  afterAll(() => opened.stop());

  const number = async (sql: string): Promise<number> => {
    const { rows } = await database.query<{ value: string | number }>(sql);
    return Number(rows[0]?.value);
  };
  const writeAndDelete = async (rows: number): Promise<void> => {
    await database.query("INSERT INTO items SELECT repeat('x', 1000) FROM generate_series(1, $1::int)", [
      rows,
    ]);
    await database.query('DELETE FROM items');
  };

  it('LOG-16: gives the room of deleted rows to new ones', async () => {
    const size = (): Promise<number> => number("SELECT pg_relation_size('items') AS value");
    await writeAndDelete(2_000);
    const once = await size();
    expect(once).toBeGreaterThan(1_000_000);
    for (let round = 0; round < 5; round++) {
      await keepUp(database);
      await writeAndDelete(2_000);
    }
    expect(await size()).toBeLessThanOrEqual(once);
  });

  it('LOG-16: bounds what a start after a kill has to replay', async () => {
    const toReplay = 'SELECT pg_current_wal_insert_lsn() - redo_lsn AS value FROM pg_control_checkpoint()';
    await writeAndDelete(40_000);
    expect(await number(toReplay)).toBeGreaterThan(32 * 1024 * 1024);
    await keepUp(database);
    expect(await number(toReplay)).toBeLessThan(1024 * 1024);
  });
});

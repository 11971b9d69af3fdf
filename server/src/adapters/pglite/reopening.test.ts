import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copyDatabaseTemplate } from '../../../../test/support/database-template.js';
import type { Database } from '../../database/database.js';
import { openPglite } from './pglite-database.js';

let home: string;
let database: Database;
let reopened: Promise<void>;
const failures: unknown[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'diorama-pglite-'));
  copyDatabaseTemplate(join(home, 'database'));
  let tell = (): void => undefined;
  reopened = new Promise((resolve) => (tell = resolve));
  database = await openPglite({
    dataDir: join(home, 'database'),
    silenceMs: 2_000,
    failed: (error) => failures.push(error),
    reopened: () => tell(),
  });
});
afterAll(async () => {
  await database.close();
  await rm(home, { recursive: true, force: true });
});

it('LOG-19: an embedded database that answers no more is opened again with all that was committed', async () => {
  await database.query('CREATE TABLE items (id int8 PRIMARY KEY)');
  await database.query('INSERT INTO items VALUES (1)');
  const unavailable = { code: 'storage_unavailable' };
  const open = database.transaction(async (tx) => {
    await tx.query('INSERT INTO items VALUES (2)');
    await tx.query('SELECT pg_sleep(1000)');
  });
  const behind = database.query('INSERT INTO items VALUES (3)');
  await Promise.all([
    expect(open).rejects.toMatchObject(unavailable),
    expect(behind).rejects.toMatchObject(unavailable),
  ]);
  await reopened;
  expect(failures).toMatchObject([{ message: 'The embedded database gives no answer' }]);
  expect((await database.query('SELECT id FROM items')).rows).toEqual([{ id: 1 }]);
  await database.query('INSERT INTO items VALUES (4)');
});

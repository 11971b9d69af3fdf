import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openPglite } from './pglite-database.js';

describe('creating the embedded database', () => {
  let home: string;

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'diorama-create-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('LOG-23: begins again where it was cut off, and leaves nothing but the database', async () => {
    const dataDir = join(home, 'database');
    // As a kill leaves it: what is there looks like a database, and is none.
    await mkdir(`${dataDir}.new`);
    await writeFile(join(`${dataDir}.new`, 'PG_VERSION'), '17');
    const database = await openPglite({ dataDir });
    try {
      expect((await database.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    } finally {
      await database.close();
    }
    expect(await readdir(home)).toEqual(['database']);
  });
});

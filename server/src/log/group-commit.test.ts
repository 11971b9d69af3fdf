import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { HeldDatabase } from '../../../test/support/held-database.js';
import { startMigratedPglite, type TestPglite } from '../../../test/support/pglite.js';
import { GroupCommit } from './group-commit.js';
import { NO_LOG_METRICS } from './log-metrics.js';

const SCENES = ['scn_a', 'scn_b', 'scn_c'] as const;
const UPDATE = Uint8Array.of(0, 0);
const MAX_COMMIT_BYTES = 1024;
const TOO_LARGE_FOR_ONE_MORE = new Uint8Array(MAX_COMMIT_BYTES);
/** Does not fit an int4: the database refuses the row with 22003 at every attempt. */
const IMPOSSIBLE_COUNT = 2 ** 40;

describe('group commit', () => {
  let pglite: TestPglite;
  let database: HeldDatabase;
  let commits: GroupCommit;
  let committed: string[];
  let failures: number;
  let reporting: (sceneId: string) => void;

  beforeAll(async () => {
    pglite = await startMigratedPglite();
  });
  afterAll(() => pglite.stop());
  beforeEach(async () => {
    await pglite.database.query('DELETE FROM scenes');
    for (const sceneId of SCENES)
      await pglite.database.query('INSERT INTO scenes (scene_id, tenant, created_by) VALUES ($1, $2, $2)', [
        sceneId,
        'acme',
      ]);
    database = new HeldDatabase(pglite.database);
    committed = [];
    failures = 0;
    reporting = (sceneId) => void committed.push(sceneId);
    commits = new GroupCommit({
      database,
      logger: pino({ level: 'silent' }),
      metrics: { ...NO_LOG_METRICS, commitFailed: () => void failures++ },
      windowMs: 0,
      maxCommitBytes: MAX_COMMIT_BYTES,
      now: () => performance.now(),
      onCommitted: (sceneId) => reporting(sceneId),
    });
  });

  const add = (sceneId: string, update = UPDATE): Promise<number> => commits.add(sceneId, update).committed;

  it('LOG-6: commits one after the other; what is added meanwhile waits for the next', async () => {
    const reached = database.hold();
    const first = add('scn_a');
    await reached;
    const later = [add('scn_a'), add('scn_a')];
    expect(commits.waiting('scn_a')).toHaveLength(2);
    expect(commits.pendingBytes).toBe(3 * UPDATE.byteLength);
    database.release();
    expect([await first, ...(await Promise.all(later))]).toEqual([1, 2, 2]);
    expect(commits.pendingBytes).toBe(0);
  });

  it('LOG-5: keeps what a failing database does not take, in order, and commits it when it is back', async () => {
    database.fail(new Error('connection lost'));
    const first = add('scn_a');
    await expect.poll(() => failures).toBeGreaterThan(1);
    const second = add('scn_a', TOO_LARGE_FOR_ONE_MORE);
    expect(commits.health.isAway).toBe(true);
    database.fail();
    expect([await first, await second]).toEqual([1, 2]);
    expect(commits.health.isAway).toBe(false);
  });

  it('LOG-6: commits once what is committed, also where telling of it fails', async () => {
    reporting = () => {
      throw new Error('a fault of whoever listens');
    };
    expect(await add('scn_a')).toBe(1);
    expect(await add('scn_a')).toBe(2);
    expect(failures).toBe(0);
  });

  it('LOG-5: rejects the one row that the database refuses for good, and commits the others of its commit', async () => {
    const good = [add('scn_a'), add('scn_c')];
    const refused = commits.add('scn_b', UPDATE);
    refused.projection = () => ({ name: '', nodeCount: IMPOSSIBLE_COUNT });
    await expect(refused.committed).rejects.toMatchObject({ code: 'internal' });
    expect(await Promise.all(good)).toEqual([1, 1]);
    expect(committed).toEqual(['scn_a', 'scn_c']);
    expect(commits.pendingBytes).toBe(0);
    expect(commits.health.isAway).toBe(false);
  });
});

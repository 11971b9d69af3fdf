import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { pino } from 'pino';
import * as Y from 'yjs';
import { HeldDatabase } from '../../../test/support/held-database.js';
import { startMigratedPglite, type TestPglite } from '../../../test/support/pglite.js';
import { runLong } from '../database/long-work.js';
import { Compactor } from './compactor.js';
import { SceneLog } from './scene-log.js';

const SCENE = 'scn_long';
const logger = pino({ level: 'silent' });

/** A scene of this many bytes, as one update. */
function updateOf(bytes: number): Uint8Array {
  const doc = new Y.Doc();
  doc.getMap('nodes').set(`n${doc.clientID}`, 'x'.repeat(bytes));
  return Y.encodeStateAsUpdate(doc);
}

describe('the log while its embedded database is held up', () => {
  let pglite: TestPglite;
  let database: HeldDatabase;
  let log: SceneLog;

  beforeAll(async () => {
    pglite = await startMigratedPglite();
    await pglite.database.query('INSERT INTO scenes (scene_id, tenant, created_by) VALUES ($1, $2, $2)', [
      SCENE,
      'acme',
    ]);
  });
  afterAll(() => pglite.stop());
  beforeEach(async () => {
    database = new HeldDatabase(pglite.database);
    log = new SceneLog({ database, logger, windowMs: 0, now: () => 0 });
    for (let time = 0; time < 25; time++) await log.append(SCENE, updateOf(1));
    expect(log.isQuick).toBe(true);
  });

  it('LOG-22: long work begins when all that was shown is stored, and meanwhile nothing is quick', async () => {
    let isStored = false;
    const shown = log.append(SCENE, updateOf(1)).then(() => (isStored = true));
    const found = await runLong(database, () => Promise.resolve({ isStored, isQuick: log.isQuick }));
    expect(found).toEqual({ isStored: true, isQuick: false });
    expect(log.isQuick).toBe(true);
    await shown;
  });

  it('LOG-22: it does not wait for ever for what cannot be stored', async () => {
    database.fail(new Error('connection lost'), /append/);
    const waiting = log.append(SCENE, updateOf(1));
    expect(await runLong(database, () => Promise.resolve('done'))).toBe('done');
    database.fail();
    await waiting;
  });

  it('LOG-22: a log that is closed is waited for no more', async () => {
    database.fail(new Error('connection lost'), /append/);
    const waiting = log.append(SCENE, updateOf(1));
    let isStored = false;
    void waiting.then(() => (isStored = true));
    const settled = vi.spyOn(log, 'flush');
    log.close();
    expect(await runLong(database, () => Promise.resolve(isStored))).toBe(false);
    expect(settled).not.toHaveBeenCalled();
    database.fail();
    await waiting;
  });

  it.each(['load', 'read'] as const)(
    'LOG-22: to %s a large scene is such work, a small one is not',
    async (how) => {
      const quickDuring = async (bytes: number): Promise<boolean> => {
        const scene = `scn_${how}_${bytes}`;
        await database.query('INSERT INTO scenes (scene_id, tenant, created_by) VALUES ($1, $2, $2)', [
          scene,
          'acme',
        ]);
        await log.append(scene, updateOf(bytes));
        const reached = database.hold(/head_seq AS seq/);
        const found = log[how](scene);
        await reached;
        const { isQuick } = log;
        database.release();
        expect((await found).seq).toBe(1);
        return isQuick;
      };
      expect(await quickDuring(10)).toBe(true);
      expect(await quickDuring(3_000_000)).toBe(false);
      expect(log.isQuick).toBe(true);
    },
  );

  it('LOG-22: storing the snapshot of a large scene is such work, that of a small one is not', async () => {
    const compactor = new Compactor({ database, logger });
    const quickDuring = async (bytes: number): Promise<boolean> => {
      await log.append(SCENE, updateOf(bytes));
      // A transaction begins before its first statement.
      const reached = database.hold(/^$/);
      const compacted = compactor.compact(SCENE);
      await reached;
      const { isQuick } = log;
      database.release();
      expect(await compacted).toBeGreaterThan(0);
      return isQuick;
    };
    expect(await quickDuring(10)).toBe(true);
    expect(await quickDuring(1_000_000)).toBe(false);
    expect(log.isQuick).toBe(true);
    await compactor.close();
  });
});

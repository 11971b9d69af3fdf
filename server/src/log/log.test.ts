import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import * as Y from 'yjs';
import { HeldDatabase } from '../../../test/support/held-database.js';
import { startMigratedPglite } from '../../../test/support/pglite.js';
import { startPostgres } from '../../../test/support/postgres.js';
import { seededRandom } from '../../../test/support/random.js';
import { openPostgres } from '../adapters/postgres/postgres-database.js';
import type { Database } from '../database/database.js';
import { migrate } from '../database/migrate.js';
import { Compactor, type CompactorOptions } from './compactor.js';
import { SceneLog } from './scene-log.js';

interface Opened {
  readonly database: Database;
  stop(): Promise<void>;
}

const ADAPTERS: Record<string, () => Promise<Opened>> = {
  PGlite: startMigratedPglite,
  async Postgres() {
    const postgres = await startPostgres();
    const database = await openPostgres({ connectionString: await postgres.createDatabase() });
    await migrate(database);
    return {
      database,
      async stop() {
        await database.close();
        await postgres.stop();
      },
    };
  },
};

const logger = pino({ level: 'silent' });

/** A document that appends every update to `log`, and the promises of the commits. */
function writer(log: SceneLog, sceneId: string) {
  const doc = new Y.Doc();
  const commits: Promise<number>[] = [];
  doc.on('update', (update: Uint8Array) => commits.push(log.append(sceneId, update)));
  return { doc, commits, set: (key: string, value: unknown) => doc.getMap('nodes').set(key, value) };
}

describe.each(Object.keys(ADAPTERS))('the log on %s', (name) => {
  let opened: Opened;
  let database: Database;
  let scenes = 0;

  beforeAll(async () => {
    opened = await (ADAPTERS[name] as () => Promise<Opened>)();
    database = opened.database;
  });
  afterAll(() => opened.stop());

  const createScene = async (): Promise<string> => {
    const sceneId = `scn_${++scenes}`;
    await database.query('INSERT INTO scenes (scene_id, tenant, created_by) VALUES ($1, $2, $3)', [
      sceneId,
      'acme',
      'ada',
    ]);
    return sceneId;
  };

  const stored = async (sceneId: string) => {
    const { snapshotSeq, updates, seq } = await new SceneLog({ database, logger }).load(sceneId);
    const doc = new Y.Doc();
    for (const update of updates) Y.applyUpdate(doc, update);
    return { nodes: doc.getMap('nodes').toJSON(), seq, snapshotSeq, updates: updates.length };
  };

  const rowsOf = async (sceneId: string): Promise<number[]> => {
    const sql = 'SELECT seq FROM scene_updates WHERE scene_id = $1 ORDER BY seq';
    return (await database.query<{ seq: number }>(sql, [sceneId])).rows.map((row) => row.seq);
  };

  const compactor = (options: Partial<CompactorOptions> = {}) =>
    new Compactor({ database, logger, ...options });

  it('LOG-6: updates of one window share a row and a position, and come back in order', async () => {
    const sceneId = await createScene();
    const log = new SceneLog({ database, logger });
    const { set, commits } = writer(log, sceneId);
    for (let at = 0; at < 10; at++) set('a', at);
    expect(new Set(await Promise.all(commits))).toEqual(new Set([1]));
    set('b', 1);
    await log.flush();
    expect(await commits.at(-1)).toBe(2);
    expect(await stored(sceneId)).toEqual({
      nodes: { a: 9, b: 1 },
      seq: 2,
      snapshotSeq: 0,
      updates: 11,
    });
  });

  it('LOG-6: servers that write the same scenes at once leave no gap, and lock each other out for a moment only', async () => {
    const sceneIds = [await createScene(), await createScene(), await createScene()];
    const logs = [1, 2, 3].map(() => new SceneLog({ database, logger, windowMs: 1 }));
    const random = seededRandom(11);
    const writers = logs.flatMap((log) => sceneIds.map((sceneId) => writer(log, sceneId)));
    for (let round = 0; round < 60; round++) {
      writers.forEach((each, at) => random.int(3) > 0 && each.set(`${at}-${round}`, round));
      await new Promise((resolve) => setImmediate(resolve));
      if (round % 10 === 9) await Promise.all(writers.flatMap((each) => each.commits));
    }
    await Promise.all(writers.flatMap((each) => each.commits));
    for (const [at, sceneId] of sceneIds.entries()) {
      const rows = await rowsOf(sceneId);
      expect(rows).toEqual(rows.map((_, index) => index + 1));
      const written = writers.filter((_, index) => index % sceneIds.length === at);
      const expected = Object.assign(
        {},
        ...written.map((each) => each.doc.getMap('nodes').toJSON()),
      ) as object;
      expect((await stored(sceneId)).nodes).toEqual(expected);
    }
  });

  it('LOG-6: a backlog is committed in pieces, in order', async () => {
    const sceneId = await createScene();
    const held = new HeldDatabase(database);
    const log = new SceneLog({ database: held, logger, maxCommitBytes: 5_000 });
    void held.hold();
    const { set, commits } = writer(log, sceneId);
    for (let at = 0; at < 30; at++) set('a', `${at}${'x'.repeat(1_000)}`);
    held.release();
    const positions = await Promise.all(commits);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
    expect(positions.at(-1)).toBeGreaterThan(3);
    expect((await stored(sceneId)).nodes['a']).toMatch(/^29x/);
  });

  it('LOG-9: an append to a deleted scene rejects, and does not disturb the others of its commit', async () => {
    const [kept, deleted] = [await createScene(), await createScene()];
    const log = new SceneLog({ database, logger });
    await database.query('DELETE FROM scenes WHERE scene_id = $1', [deleted]);
    const [good, bad] = [writer(log, kept), writer(log, deleted)];
    bad.set('a', 1);
    good.set('a', 1);
    await expect(bad.commits[0]).rejects.toMatchObject({ code: 'scene_not_found' });
    expect(await good.commits[0]).toBe(1);
    await expect(log.load(deleted)).rejects.toMatchObject({ code: 'scene_not_found' });
  });

  it('LOG-13: a snapshot that an earlier version wrote in V2 is read, and replaced by the next', async () => {
    const sceneId = await createScene();
    const doc = new Y.Doc();
    doc.getMap('nodes').set('old', 1);
    await database.query(
      "INSERT INTO scene_snapshots (scene_id, seq, data, format) VALUES ($1, 1, $2, 'v2')",
      [sceneId, Y.encodeStateAsUpdateV2(doc)],
    );
    await database.query('UPDATE scenes SET head_seq = 1 WHERE scene_id = $1', [sceneId]);
    const log = new SceneLog({ database, logger });
    const { set } = writer(log, sceneId);
    set('new', 2);
    await log.flush();
    expect((await stored(sceneId)).nodes).toEqual({ old: 1, new: 2 });
    expect(await compactor().compact(sceneId)).toBe(2);
    expect(await stored(sceneId)).toMatchObject({ nodes: { old: 1, new: 2 }, snapshotSeq: 2 });
  });

  it('LOG-13: a compacted scene has the same content, one snapshot and only the rows that came later', async () => {
    const sceneId = await createScene();
    const log = new SceneLog({ database, logger });
    const { set, doc } = writer(log, sceneId);
    for (let at = 0; at < 5; at++) {
      set(`n${at}`, at);
      await log.flush();
    }
    doc.getMap('nodes').delete('n0');
    await log.flush();
    const compaction = compactor();
    expect(await compaction.compact(sceneId)).toBe(6);
    expect(await rowsOf(sceneId)).toEqual([]);
    set('later', 1);
    await log.flush();
    expect(await rowsOf(sceneId)).toEqual([7]);
    expect(await stored(sceneId)).toEqual({
      nodes: doc.getMap('nodes').toJSON(),
      seq: 7,
      snapshotSeq: 6,
      updates: 3,
    });
    expect(await compaction.compact(sceneId)).toBe(7);
    expect(await compaction.compact(sceneId)).toBeUndefined();
    const snapshots = await database.query('SELECT seq FROM scene_snapshots WHERE scene_id = $1', [sceneId]);
    expect(snapshots.rows).toEqual([{ seq: 7 }]);
    await compaction.close();
  });

  it('LOG-13: compaction while others write loses nothing, and of two servers one gives way', async () => {
    const sceneId = await createScene();
    const log = new SceneLog({ database, logger, windowMs: 0 });
    const { set, doc, commits } = writer(log, sceneId);
    const compactors = [compactor(), compactor()];
    set('first', 1);
    await log.flush();
    let writing = true;
    const write = async () => {
      for (let at = 0; writing; at++) {
        set(`n${at}`, at);
        await commits.at(-1);
      }
    };
    const compact = async () => {
      const done: (number | undefined)[] = [];
      for (let round = 0; round < 8; round++) {
        // On a busy machine the other writer may not have run since the last round.
        set(`round${round}`, round);
        await commits.at(-1);
        done.push(...(await Promise.all(compactors.map((each) => each.compact(sceneId)))));
      }
      writing = false;
      return done;
    };
    const [positions] = await Promise.all([compact(), write()]);
    await Promise.all(commits);
    expect((await stored(sceneId)).nodes).toEqual(doc.getMap('nodes').toJSON());
    expect(positions.filter((position) => position !== undefined).length).toBeGreaterThanOrEqual(8);
    const snapshots = await database.query('SELECT 1 FROM scene_snapshots WHERE scene_id = $1', [sceneId]);
    expect(snapshots.rowCount).toBe(1);
    await Promise.all(compactors.map((each) => each.close()));
  });

  it('LOG-17: an open scene gives what it holds; rows behind its position stay, an older position changes nothing', async () => {
    const sceneId = await createScene();
    const compaction = compactor();
    const log = new SceneLog({ database, logger, compactor: compaction, windowMs: 0 });
    await log.load(sceneId);
    const { set, commits, doc } = writer(log, sceneId);
    const position = async (): Promise<number> => (await commits.at(-1)) as number;
    set('a', 1);
    set('b', 2);
    const seq = await position();
    const open = { seq, state: Y.encodeStateAsUpdate(doc) };
    log.offer(sceneId, () => open);
    set('c', 3);
    const last = await position();
    expect(await compaction.compact(sceneId)).toBe(seq);
    expect(await rowsOf(sceneId)).toEqual(Array.from({ length: last - seq }, (_, at) => seq + 1 + at));
    expect((await stored(sceneId)).nodes).toEqual({ a: 1, b: 2, c: 3 });
    expect(await compaction.compact(sceneId)).toBeUndefined();
    await compaction.close();
  });

  it.each([
    { pauseMs: 0, most: 10 },
    { pauseMs: 1_000_000, most: 40 },
  ])(
    'LOG-13: a scene that grows while it is open is compacted by itself, and not all the time: %o',
    async ({ pauseMs, most }) => {
      const sceneId = await createScene();
      const compaction = compactor({ maxTailRows: 10, pauseMs });
      const log = new SceneLog({ database, logger, compactor: compaction, windowMs: 0 });
      await log.load(sceneId);
      const { set, commits } = writer(log, sceneId);
      let longest = 0;
      for (let at = 0; at < 65; at++) {
        set(`n${at}`, at);
        await commits.at(-1);
        await compaction.idle();
        if (at > 10) longest = Math.max(longest, (await rowsOf(sceneId)).length);
      }
      // The first timer of a pause may fire a turn later.
      expect(longest).toBeLessThanOrEqual(most);
      expect(longest).toBeGreaterThanOrEqual(most - 2);
      expect(Object.keys((await stored(sceneId)).nodes)).toHaveLength(65);
      await compaction.close();
    },
  );

  it('LOG-13: rows that cannot be decoded are left alone', async () => {
    const sceneId = await createScene();
    const log = new SceneLog({ database, logger });
    await log.append(sceneId, new Uint8Array([1, 1, 1, 1, 1]));
    const compaction = compactor();
    await expect(compaction.compact(sceneId)).rejects.toThrow();
    expect(await rowsOf(sceneId)).toEqual([1]);
    await compaction.close();
  });
});

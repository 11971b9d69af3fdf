import { newVersionId } from '@diorama/shared';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { LocalBus } from '../../server/src/adapters/local-bus/local-bus.js';
import type { Principal } from '../../server/src/access/principal.js';
import { ChangeJournal } from '../../server/src/history/change-journal.js';
import { ChangeStore, type ChangeNote } from '../../server/src/history/change-store.js';
import { AutomaticVersions } from '../../server/src/versions/automatic-versions.js';
import { NO_ROOM_OBSERVER } from '../../server/src/rooms/room-observer.js';
import { observe } from '../../server/src/versions/create-history.js';
import { VersionMaker } from '../../server/src/versions/version-maker.js';
import { VersionStore } from '../../server/src/versions/version-store.js';
import { VersionThread } from '../../server/src/versions/version-thread.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { startRealtime, TENANT, type TestRealtime } from '../support/realtime.js';

const logger = pino({ level: 'silent' });
const HOUR = 3_600_000;
const PAGE = { limit: 100, after: null };
const person = (subject: string): Principal => ({ subject, tenant: TENANT, name: subject, role: 'owner' });

describe.each(Object.keys(DATABASES) as (keyof typeof DATABASES)[])('keeping history on %s', (name) => {
  let opened: TestDatabase;
  let server: TestRealtime;
  let other: TestRealtime;
  let changes: ChangeStore;
  let versions: VersionStore;
  let journal: ChangeJournal;
  let maker: VersionMaker;
  let automatic: AutomaticVersions;
  const thread = new VersionThread();
  let now = Date.parse('2026-01-01T00:00:00Z');

  beforeAll(async () => {
    opened = await DATABASES[name]();
    const bus = new LocalBus();
    changes = new ChangeStore({ database: opened.database });
    versions = new VersionStore({ database: opened.database });
    journal = new ChangeJournal({ store: changes, logger, intervalMs: 5 });
    automatic = new AutomaticVersions({
      make: (sceneId) => maker.makeAutomatic(sceneId),
      unversioned: () => maker.unversioned(),
      logger,
      intervalMs: HOUR,
      now: () => now,
    });
    server = await startRealtime(opened.database, { bus: bus.join(), observer: observe(journal, automatic) });
    other = await startRealtime(opened.database, { bus: bus.join(), observer: observe(journal, automatic) });
    const { log } = server.realtime;
    maker = new VersionMaker({ store: versions, changes, journal, log, thread });
  });
  afterAll(async () => {
    await automatic.stop();
    await server.stop();
    await other.stop();
    await journal.flush();
    await thread.close();
    await opened.stop();
  });

  const noteOf = (
    sceneId: string,
    subject: string,
    id: string,
    at: number,
    more: Partial<ChangeNote> = {},
  ) => ({
    sceneId,
    editor: person(subject),
    root: 'nodes' as const,
    id,
    fate: 'changed' as const,
    firstAt: at,
    lastAt: at,
    ...more,
  });

  const edit = (sceneId: string, subject: string, id: string) =>
    server.realtime.rooms.edit(sceneId, person(subject), (doc) => {
      doc.getMap('nodes').set(id, new Y.Map([['kind', 'group']]));
    });

  const rowsOf = async (sceneId: string) => {
    const { rows } = await opened.database.query<{
      epoch: number;
      id: string;
      subject: string;
      change: string;
    }>(
      `SELECT epoch, item_id AS id, subject, change FROM scene_changes WHERE scene_id = $1
       ORDER BY epoch, item_id, subject`,
      [sceneId],
    );
    return rows.map(({ epoch, id, subject, change }) => `${epoch} ${id} ${subject} ${change}`);
  };

  it('HIS-11: one row for each item, person and time between two versions, however often it changes', async () => {
    const sceneId = await server.createScene();
    await changes.write([
      noteOf(sceneId, 'ada', 'n', 1_000, { fate: 'added' }),
      noteOf(sceneId, 'ada', 'n', 2_000),
      noteOf(sceneId, 'bo', 'n', 3_000),
    ]);
    await changes.write([noteOf(sceneId, 'ada', 'n', 4_000), noteOf('scn_gone', 'ada', 'n', 4_000)]);
    expect(await rowsOf(sceneId)).toEqual(['0 n ada added', '0 n bo changed']);
    await versions.endEpoch(sceneId);
    await changes.write([noteOf(sceneId, 'ada', 'n\0', 5_000, { fate: 'removed' })]);
    expect(await rowsOf(sceneId)).toEqual(['0 n ada added', '0 n bo changed', '1 n ada removed']);
    const [last] = await changes.latest(sceneId, {}, PAGE);
    expect(last).toMatchObject({ id: 'n', subject: 'ada', change: 'removed', lastAt: new Date(5_000) });
    const namesake = { ...noteOf(sceneId, 'cy', 'n', 6_000), root: 'materials' } as const;
    await changes.write([namesake, noteOf(sceneId, 'cy', 'other', 6_000)]);
    const epochs = { after: -1, until: 1 };
    const found = await changes.between(sceneId, epochs, [{ root: 'nodes', id: 'n' }]);
    expect(found.map(({ subject, change }) => `${subject} ${change}`)).toEqual([
      'ada removed',
      'ada added',
      'bo changed',
    ]);
  });

  it('HIS-12: an edit is attributed once, by the server that it came to', async () => {
    const sceneId = await server.createScene();
    const ada = await server.open(sceneId, { claims: { sub: 'ada' } });
    const bo = await other.open(sceneId, { claims: { sub: 'bo' } });
    ada.doc.getMap('nodes').set('a', new Y.Map([['kind', 'group']]));
    await bo.until(() => bo.doc.getMap('nodes').has('a'));
    (bo.doc.getMap('nodes').get('a') as Y.Map<unknown>).set('name', 'by bo');
    bo.doc.getMap('scene').set('exposure', 2);
    await ada.until(() => ada.doc.getMap('scene').has('exposure'));
    await journal.flush();
    expect(await rowsOf(sceneId)).toEqual(['0 a ada added', '0 a bo changed', '0 exposure bo changed']);
    await ada.close();
    await bo.close();
  });

  it('HIS-17: what was undone at once, since it broke the schema, nobody has changed', async () => {
    const sceneId = await server.createScene();
    await edit(sceneId, 'ada', 'a');
    const bo = await server.open(sceneId, { claims: { sub: 'bo' } });
    const nodes = bo.doc.getMap<Y.Map<unknown>>('nodes');
    bo.doc.transact(() => {
      nodes.get('a')?.set('pose', 'no pose');
      nodes.set('never', new Y.Map([['kind', 'ufo']]));
      nodes.set('good', new Y.Map([['kind', 'group']]));
    });
    await bo.allSaved();
    await journal.flush();
    expect(await rowsOf(sceneId)).toEqual(['0 a ada added', '0 good bo added']);
    await bo.close();
  });

  it('HIS-13: while the database is away who changed what waits for it', async () => {
    const sceneId = await server.createScene();
    const held = new ChangeStore({ database: server.database });
    const waiting = new ChangeJournal({ store: held, logger, intervalMs: 60_000 });
    const doc = new Y.Doc();
    const nodes = doc.getMap('nodes');
    doc.on('afterTransaction', (transaction: Y.Transaction) =>
      waiting.note(sceneId, person('ada'), doc, transaction, false),
    );
    nodes.set('a', 1);
    server.database.fail(new Error('away'));
    await waiting.flush();
    nodes.set('a', 2);
    nodes.delete('a');
    server.database.fail();
    await waiting.flush();
    expect(await rowsOf(sceneId)).toEqual(['0 a ada removed']);
  });

  it('HIS-14: a scene that is edited gets a version after the interval, and none while nothing changes', async () => {
    const sceneId = await server.createScene();
    const client = await server.open(sceneId);
    await edit(sceneId, 'ada', 'a');
    await automatic.look();
    expect(await versions.list(sceneId, undefined, PAGE)).toEqual([]);
    now += HOUR;
    await automatic.look();
    const [first] = await versions.list(sceneId, 'automatic', PAGE);
    expect(first).toMatchObject({ kind: 'automatic', seq: 1, nodeCount: 1, subject: null });
    now += HOUR;
    await automatic.look();
    expect(await versions.list(sceneId, undefined, PAGE)).toHaveLength(1);
    await client.close();
  });

  it('HIS-14: a scene that was edited gets a version when the last has left', async () => {
    const sceneId = await server.createScene();
    const client = await server.open(sceneId);
    client.doc.getMap('nodes').set('a', new Y.Map([['kind', 'group']]));
    await client.allSaved();
    await client.close();
    await expect.poll(async () => (await versions.list(sceneId, undefined, PAGE)).length).toBe(1);
    const reader = await server.open(sceneId);
    await reader.close();
    await expect.poll(() => server.realtime.rooms.size).toBe(0);
    await automatic.look();
    expect(await versions.list(sceneId, undefined, PAGE)).toHaveLength(1);
  });

  it('HIS-14: what a stop or a crash kept from getting a version gets one from the next server', async () => {
    const stopped = await startRealtime(opened.database, {
      observer: { ...NO_ROOM_OBSERVER, edited: (...what) => journal.note(...what) },
    });
    const sceneId = await stopped.createScene();
    await stopped.realtime.rooms.edit(sceneId, person('ada'), (doc) => {
      doc.getMap('nodes').set('a', new Y.Map([['kind', 'group']]));
    });
    await stopped.stop();
    await journal.flush();
    expect(await maker.unversioned()).toContain(sceneId);
    const next = new AutomaticVersions({
      make: (id) => maker.makeAutomatic(id),
      unversioned: () => maker.unversioned(),
      logger,
      intervalMs: HOUR,
      now: () => now,
    });
    await next.resume();
    now += HOUR;
    await next.look();
    await next.stop();
    expect(await versions.list(sceneId, undefined, PAGE)).toHaveLength(1);
    expect(await maker.unversioned()).not.toContain(sceneId);
  });

  it('HIS-15: automatic versions are thinned out with age, named ones never', async () => {
    const sceneId = await server.createScene();
    const make = async (minutesAgo: number, kind: 'automatic' | 'named' = 'automatic') => {
      const epoch = await versions.endEpoch(sceneId);
      await versions.insert({
        versionId: newVersionId(),
        sceneId,
        seq: 1,
        epoch,
        kind,
        name: `${minutesAgo}`,
        note: '',
        by: null,
        nodeCount: 0,
        data: new Uint8Array([1]),
      });
      // Counted from the beginning of an hour, a day and a month, so that spans do not depend on the time of the run.
      await opened.database.query(
        `UPDATE scene_versions SET created_at = to_timestamp(floor(extract(epoch FROM now()) / 2592000) * 2592000
           + 2591999) - $2 * interval '1 minute' WHERE scene_id = $1 AND name = $2::int::text AND epoch = $3`,
        [sceneId, minutesAgo, epoch],
      );
    };
    const DAY = 24 * 60;
    const MONTH = 30 * DAY;
    // Of the months before the last one: two in one, one in another.
    for (const minutes of [3 * MONTH + 5 * DAY, 3 * MONTH + 4 * DAY, 2 * MONTH + DAY]) await make(minutes);
    await make(3 * MONTH + 5 * DAY + 1, 'named');
    await maker.thin(sceneId);
    const left = (await versions.list(sceneId, undefined, PAGE)).map((version) => version.name);
    expect(left).toEqual([2 * MONTH + DAY, 3 * MONTH + 4 * DAY, 3 * MONTH + 5 * DAY + 1].map(String));
  });

  it('HIS-15: in the last hour all are kept, in the last day one for each hour', async () => {
    const sceneId = await server.createScene();
    const make = async (created: string) => {
      const epoch = await versions.endEpoch(sceneId);
      const versionId = newVersionId();
      const data = new Uint8Array([1]);
      await versions.insert({ versionId, sceneId, seq: 1, epoch, kind: 'automatic', name: '', note: '', by: null, nodeCount: 0, data }); // prettier-ignore
      await opened.database.query(`UPDATE scene_versions SET created_at = ${created} WHERE version_id = $1`, [
        versionId,
      ]);
      return versionId;
    };
    const fresh = [await make("now() - interval '1 minute'"), await make("now() - interval '2 minutes'")];
    const hour = "date_trunc('hour', now() - interval '5 hours')";
    await make(`${hour} + interval '10 minutes'`);
    const kept = await make(`${hour} + interval '20 minutes'`);
    await maker.thin();
    const left = (await versions.list(sceneId, undefined, PAGE)).map((version) => version.versionId);
    expect(left).toEqual([...fresh, kept]);
  });

  it('HIS-16: of a version that is gone, who changed what goes to the next one', async () => {
    const sceneId = await server.createScene();
    // While it is open it gets no version of its own accord.
    await server.open(sceneId);
    await edit(sceneId, 'ada', 'a');
    const first = await maker.make(sceneId, {
      versionId: newVersionId(),
      kind: 'named',
      name: '1',
      note: '',
      by: null,
    });
    await edit(sceneId, 'bo', 'b');
    const second = await maker.make(sceneId, {
      versionId: newVersionId(),
      kind: 'named',
      name: '2',
      note: '',
      by: null,
    });
    await edit(sceneId, 'bo', 'a');
    await journal.flush();
    expect(await rowsOf(sceneId)).toEqual(['0 a ada added', '1 b bo added', '2 a bo changed']);
    await maker.delete(sceneId, first.versionId);
    expect(await rowsOf(sceneId)).toEqual(['1 a ada added', '1 b bo added', '2 a bo changed']);
    await maker.delete(sceneId, second.versionId);
    expect(await rowsOf(sceneId)).toEqual(['2 a ada added', '2 a bo changed', '2 b bo added']);
  });
});

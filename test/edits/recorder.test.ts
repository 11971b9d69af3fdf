import { DioramaError, newKey } from '@diorama/shared';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { Principal } from '../../server/src/access/principal.js';
import { EditRecorder, type EditRequest } from '../../server/src/edits/edit-recorder.js';
import { EditStore } from '../../server/src/edits/edit-store.js';
import type { Attempt } from '../../server/src/http/attempt.js';
import { IdempotencyStore } from '../../server/src/idempotency/idempotency-store.js';
import { IdempotentRequests } from '../../server/src/idempotency/idempotent-requests.js';
import { DATABASES, type TestDatabase } from '../support/databases.js';
import { startRealtime, TENANT, type TestRealtime } from '../support/realtime.js';

const ADA: Principal = { subject: 'ada', tenant: TENANT, name: 'Ada \0 Lovelace', role: 'owner' };
const logger = pino({ level: 'silent' });

describe.each(Object.keys(DATABASES) as (keyof typeof DATABASES)[])('recorded edits on %s', (name) => {
  let opened: TestDatabase;
  let server: TestRealtime;
  let store: EditStore;
  let recorder: EditRecorder;
  let keys: IdempotencyStore;

  beforeAll(async () => {
    opened = await DATABASES[name]();
    server = await startRealtime(opened.database);
    store = new EditStore({ database: server.database });
    recorder = new EditRecorder({ rooms: server.realtime.rooms, store });
    keys = new IdempotencyStore({ database: server.database });
  });
  afterAll(async () => {
    await server.stop();
    await opened.stop();
  });

  const first = (more: Partial<Attempt> = {}): Attempt => ({
    effectKey: newKey(),
    isRepeated: false,
    mayBeRepeated: true,
    ...more,
  });

  const adding = (sceneId: string, attempt: Attempt, id = newKey()): EditRequest<string> => ({
    sceneId,
    principal: ADA,
    attempt,
    kind: 'operations',
    summary: () => 'one \0 added',
    change: (doc) => {
      doc.getMap('nodes').set(id, new Y.Map<unknown>([['kind', 'group'], ['name', 'NUL \0 and \ud800']])); // prettier-ignore
      return id;
    },
  });

  const nodes = async (sceneId: string) =>
    (await server.realtime.rooms.read(sceneId, (doc) => doc.getMap('nodes').size)).value;

  const requests = (options: object = {}) =>
    new IdempotentRequests({ store: keys, logger, pollMs: 5, ...options });

  /** A request that adds one node, and what became of it. */
  const addOnce = (sceneId: string, from: IdempotentRequests, key: string, then?: () => void) =>
    from.run({ tenant: TENANT, subject: 'ada', key }, 'same', async (attempt) => {
      const done = await recorder.run(adding(sceneId, attempt));
      then?.();
      return { status: 200, headers: {}, body: JSON.stringify(done) };
    });

  it('OPN-27: what throws halfway is not found by the next try of the same request', async () => {
    const sceneId = await server.createScene();
    const from = requests();
    let tries = 0;
    const halfway = () =>
      from.run({ tenant: TENANT, subject: 'ada', key: 'halfway' }, 'same', async (attempt) => {
        const request = adding(sceneId, attempt);
        const done = await recorder.run({
          ...request,
          change: (doc) => {
            const id = request.change(doc);
            if (++tries === 1) throw new TypeError('Yjs does not like it');
            return id;
          },
        });
        return { status: 200, headers: {}, body: JSON.stringify(done) };
      });
    await expect(halfway()).rejects.toThrow('Yjs does not like it');
    const recorded = async () =>
      (await server.database.query('SELECT 1 FROM scene_edits WHERE scene_id = $1', [sceneId])).rowCount;
    expect(await recorded()).toBe(0);
    expect((await halfway()).status).toBe(200);
    expect([tries, await recorded()]).toEqual([2, 1]);
  });

  it('OPN-20: an edit and its record are committed together, whatever text they hold', async () => {
    const sceneId = await server.createScene();
    const done = await recorder.run(adding(sceneId, first(), 'a'));
    expect(await store.get(sceneId, done.editId ?? '')).toMatchObject({
      seq: done.seq,
      summary: 'one  added',
      name: 'Ada  Lovelace',
      undoable: true,
    });
    expect((await store.changes(done.editId ?? ''))?.[0]).toMatchObject({
      root: 'nodes',
      id: 'a',
      key: null,
    });
  });

  it('OPN-20: while the database is away neither is there; when it is back both are', async () => {
    const sceneId = await server.createScene();
    await nodes(sceneId);
    const attempt = first();
    const editId = `edt_${attempt.effectKey}`;
    const beside = new EditStore({ database: opened.database });
    void server.database.hold();
    const pending = recorder.run(adding(sceneId, attempt));
    expect(await beside.find(sceneId, editId)).toBeUndefined();
    server.database.release();
    expect((await pending).editId).toBe(editId);
    expect(await beside.find(sceneId, editId)).toBeDefined();
  });

  it('OPN-21: of an edit that is too large nothing is kept but that it was made', async () => {
    const sceneId = await server.createScene();
    const small = new EditRecorder({ rooms: server.realtime.rooms, store, maxChangeBytes: 40 });
    const { editId } = await small.run(adding(sceneId, first()));
    expect(await store.get(sceneId, editId ?? '')).toMatchObject({ undoable: false, added: 1 });
    expect(await store.changes(editId ?? '')).toBeUndefined();
  });

  it('IDM-8: a server that dies between the edit and its answer does not have it made twice', async () => {
    const sceneId = await server.createScene();
    const dies = (): void => {
      throw new DioramaError('internal', 'killed');
    };
    await expect(addOnce(sceneId, requests(), 'dies', dies)).rejects.toMatchObject({ code: 'internal' });
    const again = await addOnce(sceneId, requests(), 'dies');
    expect(await nodes(sceneId)).toBe(1);
    const told = JSON.parse(again.body ?? '') as { editId: string; seq: number; value: string };
    expect(await store.get(sceneId, told.editId)).toMatchObject({ seq: told.seq });
    expect((await store.changes(told.editId))?.[0]?.id).toBe(told.value);
  });

  it('IDM-8: a claim that nobody renews any more passes to the next', async () => {
    const sceneId = await server.createScene();
    const owner = { tenant: TENANT, subject: 'ada', key: 'stale' };
    const claimed = await keys.claim(owner, 'same', 1);
    expect(claimed).toMatchObject({ kind: 'claimed', attempt: 1 });
    const answer = await addOnce(sceneId, requests(), 'stale');
    const { editId } = JSON.parse(answer.body ?? '') as { editId: string };
    expect(editId).toBe(`edt_${claimed.kind === 'claimed' ? claimed.effectKey : ''}`);
  });

  it('IDM-3: of requests at several servers one is carried out, and the others wait for its answer', async () => {
    const sceneId = await server.createScene();
    const answers = await Promise.all(
      [requests(), requests(), requests()].map((from) => addOnce(sceneId, from, 'everywhere')),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await nodes(sceneId)).toBe(1);
  });

  it('IDM-9: one that takes too long is idempotency_in_progress to the others', async () => {
    const owner = { tenant: TENANT, subject: 'ada', key: 'slow' };
    await keys.claim(owner, 'same', 60_000);
    const waiting = requests({ waitMs: 0 }).run(owner, 'same', () => Promise.reject(new Error('not mine')));
    await expect(waiting).rejects.toMatchObject({ code: 'idempotency_in_progress', status: 409 });
    await expect(keys.claim(owner, 'other', 1)).resolves.toEqual({ kind: 'reused' });
  });

  it('IDM-7: keys are kept for at least a day, edits for longer', async () => {
    const age = (table: string, time: string) =>
      server.database.query(`UPDATE ${table} SET created_at = now() - interval '${time}'`);
    await age('idempotency_keys', '25 hours');
    expect(await keys.deleteOlderThan(48)).toBe(0);
    await age('idempotency_keys', '49 hours');
    expect(await keys.deleteOlderThan(48)).toBeGreaterThan(0);
    expect(await store.deleteOlderThan(90)).toBe(0);
  });
});

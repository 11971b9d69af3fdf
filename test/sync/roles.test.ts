import type { Refused } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { startRealtimeOnPglite, type ConnectOptions, type TestRealtime } from '../support/realtime.js';
import { seededRandom } from '../support/random.js';
import { message, putNode } from '../support/scene-edits.js';

const as = (role: string, sub = role): ConnectOptions => ({ claims: { sub, role } });

describe('what a role may write', () => {
  let server: TestRealtime;

  beforeAll(async () => {
    server = await startRealtimeOnPglite();
  });
  afterAll(() => server.stop());

  /** A scene with a node and a comment, an owner who watches, and what a fresh reader finds in the end. */
  async function setUp() {
    const sceneId = await server.createScene();
    const owner = await server.open(sceneId, as('owner'));
    const node = new Y.Map<unknown>([
      ['kind', 'group'],
      ['tags', Y.Array.from(['a', 'b'])],
    ]);
    owner.doc.getMap('nodes').set('n1', node);
    owner.doc
      .getMap('comments')
      .set('c1', new Y.Map([['messages', Y.Array.from([message('hello', 'owner')])]]));
    await owner.allSaved();
    const stored = async () => {
      const reader = await server.open(sceneId, as('owner', 'reader'));
      const json = {
        nodes: reader.doc.getMap('nodes').toJSON(),
        comments: reader.doc.getMap('comments').toJSON(),
      };
      await reader.close();
      return json;
    };
    return { sceneId, owner, stored };
  }

  const node = (doc: Y.Doc) => doc.getMap('nodes').get('n1') as Y.Map<unknown>;

  /** Every way to touch what is not a comment. */
  const WRITES: Record<string, (doc: Y.Doc) => void> = {
    'adding a node': (doc) => doc.getMap('nodes').set('n2', new Y.Map([['kind', 'group']])),
    'changing a key': (doc) => node(doc).set('kind', 'light'),
    'deleting a node': (doc) => doc.getMap('nodes').delete('n1'),
    'inserting into an array': (doc) => (node(doc).get('tags') as Y.Array<string>).insert(1, ['x']),
    'deleting from an array': (doc) => (node(doc).get('tags') as Y.Array<string>).delete(0, 1),
    'a setting of the scene': (doc) => doc.getMap('scene').set('name', 'mine'),
    'a new root': (doc) => doc.getMap('secret').set('a', 1),
    'a new root of a very long name': (doc) => doc.getMap('x'.repeat(100_000)).set('a', 1),
  };

  const expectSaysWhere = (refused: Refused | undefined): void => {
    expect(refused?.issues[0]?.pointer).toMatch(/^\/(nodes|scene|secret|x+…)$/);
    expect(refused?.detail.length).toBeLessThan(1_000);
  };

  it.each(Object.keys(WRITES))(
    'SYNC-11: %s by a viewer is refused, explained and not spread',
    async (name) => {
      const { sceneId, owner, stored } = await setUp();
      const before = await stored();
      const viewer = await server.open(sceneId, as('viewer'));
      WRITES[name]?.(viewer.doc);
      await viewer.until(() => viewer.refused.length > 0);
      expect(viewer.refused[0]).toMatchObject({ code: 'read_only', frame: viewer.documentFrames });
      expectSaysWhere(viewer.refused[0]);
      await viewer.allSaved();
      expect(await stored()).toEqual(before);
      expect(owner.doc.getMap('nodes').toJSON()).toEqual(before.nodes);
      expect(viewer.isOpen).toBe(true);
    },
  );

  it.each(Object.keys(WRITES))(
    'SYNC-12: %s by a commenter is refused, explained and not spread',
    async (name) => {
      const { sceneId, stored } = await setUp();
      const before = await stored();
      const commenter = await server.open(sceneId, as('commenter'));
      WRITES[name]?.(commenter.doc);
      await commenter.until(() => commenter.refused.length > 0);
      expect(commenter.refused[0]).toMatchObject({ code: 'read_only', frame: commenter.documentFrames });
      expectSaysWhere(commenter.refused[0]);
      expect(await stored()).toEqual(before);
    },
  );

  it('SYNC-12: a commenter adds and deletes comments', async () => {
    const { sceneId, owner, stored } = await setUp();
    const commenter = await server.open(sceneId, as('commenter'));
    const comments = commenter.doc.getMap('comments');
    const thread = comments.get('c1') as Y.Map<unknown>;
    (thread.get('messages') as Y.Array<unknown>).push([message('world', 'commenter')]);
    comments.set('c2', new Y.Map([['messages', Y.Array.from([message('new', 'commenter')])]]));
    (comments.get('c2') as Y.Map<unknown>).set('resolved', true);
    comments.set('c3', new Y.Map());
    comments.delete('c3');
    await commenter.allSaved();
    expect(commenter.refused).toEqual([]);
    expect((await stored()).comments).toEqual({
      c1: { messages: [message('hello', 'owner'), message('world', 'commenter')] },
      c2: { messages: [message('new', 'commenter')], resolved: true },
    });
    await owner.until(() => owner.doc.getMap('comments').has('c2'));
  });

  it('CHK-20, CHK-21: what a commenter does to the comments of others is undone for everybody', async () => {
    const { sceneId, owner, stored } = await setUp();
    const commenter = await server.open(sceneId, as('commenter'));
    const thread = commenter.doc.getMap('comments').get('c1') as Y.Map<Y.Array<unknown>>;
    thread.get('messages')?.delete(0, 1);
    thread.get('messages')?.push([message('forged', 'owner')]);
    await commenter.allSaved();
    expect(commenter.refused).toMatchObject([
      { code: 'not_author', corrected: true, issues: [{ pointer: '/comments/c1/messages/0' }] },
      { code: 'not_author', corrected: true, issues: [{ pointer: '/comments/c1/messages/1/author' }] },
    ]);
    const after = { c1: { messages: [message('hello', 'owner'), message('forged', 'commenter')] } };
    expect((await stored()).comments).toEqual(after);
    for (const { doc } of [owner, commenter])
      await expect.poll(() => doc.getMap('comments').toJSON()).toEqual(after);
  });

  it('SYNC-12: a comment and a node in one update are refused together', async () => {
    const { sceneId, stored } = await setUp();
    const before = await stored();
    const commenter = await server.open(sceneId, as('commenter'));
    commenter.doc.transact(() => {
      commenter.doc.getMap('comments').set('c2', new Y.Map());
      putNode(commenter.doc, 'n2', 'not fine');
    });
    await commenter.until(() => commenter.refused.length > 0);
    expect(commenter.refused[0]?.detail).toContain('nodes');
    expect(await stored()).toEqual(before);
  });

  it('SYNC-12: a commenter cannot hide where a change goes by leaving out what it depends on', async () => {
    const { sceneId, stored } = await setUp();
    const before = await stored();
    const commenter = await server.open(sceneId, as('commenter'));
    const copy = new Y.Doc();
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(commenter.doc));
    copy.getMap('comments').set('a', new Y.Map());
    const known = Y.encodeStateVector(copy);
    putNode(copy, 'n3', 1);
    commenter.sendUpdate(Y.encodeStateAsUpdate(copy, known));
    await commenter.until(() => commenter.refused.length > 0);
    expect(await stored()).toEqual(before);
  });

  it('SYNC-13: clients that do not speak diorama.v1 are told by the permission-denied message of y-protocols', async () => {
    const { sceneId } = await setUp();
    const viewer = await server.open(sceneId, { ...as('viewer'), diorama: false });
    putNode(viewer.doc, 'mine', 1);
    await viewer.until(() => viewer.denied.length > 0);
    expect(viewer.denied[0]).toContain('read_only');
  });

  it('SYNC-11: a viewer has presence', async () => {
    const { sceneId, owner } = await setUp();
    const viewer = await server.open(sceneId, as('viewer'));
    viewer.setPresence({ cursor: [1, 2, 3] });
    await owner.until(() => owner.awareness.getStates().has(viewer.doc.clientID));
  });

  it('SYNC-14: a scene of a newer schema is served read-only, and says so', async () => {
    const { sceneId, owner, stored } = await setUp();
    const ada = { subject: 'ada', tenant: 'acme', name: 'Ada', role: 'owner' } as const;
    await server.realtime.rooms.edit(sceneId, ada, (doc) => doc.getMap('scene').set('schemaVersion', 99));
    putNode(owner.doc, 'late', 1);
    await owner.until(() => owner.refused.length > 0);
    expect(owner.refused[0]).toMatchObject({ code: 'schema_too_new' });
    expect((await stored()).nodes).not.toHaveProperty('late');
    const edit = server.realtime.rooms.edit(sceneId, ada, (doc) => putNode(doc, 'late', 1));
    await expect(edit).rejects.toMatchObject({ code: 'schema_too_new' });
  });

  it('SYNC-12: over random edits, exactly what touches comments alone is let through', async () => {
    const random = seededRandom(7);
    const { sceneId, owner } = await setUp();
    let letThrough = 0;
    for (let round = 0; round < 60; round++) {
      const commenter = await server.open(sceneId, as('commenter', `c${round}`));
      const touched = new Set<string>();
      commenter.doc.on('afterTransaction', (transaction: Y.Transaction) => {
        for (const type of transaction.changedParentTypes.keys())
          for (const [name, root] of commenter.doc.share) if (root === (type as unknown)) touched.add(name);
      });
      commenter.doc.transact(() => {
        for (let edits = 1 + random.int(3); edits > 0; edits--) {
          const map = commenter.doc.getMap(random.pick(['comments', 'comments', 'nodes']));
          const inner = map.get(random.pick(['n1', 'c1', 'x']));
          if (inner instanceof Y.Map && random.int(2) === 0) inner.set(`k${random.int(3)}`, round);
          else if (random.int(3) === 0 && map.has('x')) map.delete('x');
          else map.set('x', new Y.Map([['at', round]]));
        }
      });
      await commenter.allSaved();
      const allowed = [...touched].every((name) => name === 'comments');
      // What others have written is another matter.
      const refused = commenter.refused.filter(({ code }) => code !== 'not_author');
      expect(refused.length === 0, `round ${round} touched ${[...touched].join()}`).toBe(allowed);
      if (allowed) letThrough++;
      await commenter.close();
    }
    expect(owner.doc.getMap('nodes').has('x')).toBe(false);
    expect(letThrough).toBeGreaterThan(5);
  });
});

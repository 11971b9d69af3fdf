import { Diorama, type SceneSession } from '@diorama/client-sdk/node';
import { ROOT_MAPS } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Http } from '../support/http.js';
import { openLiveScene, untilDoc } from '../support/live-scene.js';
import { putNode } from '../support/scene-edits.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { SyncClient } from '../support/sync-client.js';
import { issueToken, JWT_SECRET } from '../support/tokens.js';

const NODES = ['good', 'name', 'pose'];

const nodes = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('nodes');

const ROOTS: readonly string[] = ROOT_MAPS;

/** What is wrong with a scene, of all that these tests write. */
function faults(doc: Y.Doc): string[] {
  const found: string[] = [];
  for (const [name, type] of doc.share)
    if (!ROOTS.includes(name) && [...type._map.values()].some((item) => !item.deleted)) found.push(name);
  for (const [id, node] of nodes(doc)) {
    if (!(node instanceof Y.Map)) found.push(`${id} is no map`);
    else if (JSON.stringify(node.toJSON()).length > 10_000) found.push(`${id} is too large`);
    else if (node.get('pose') === 'nowhere') found.push(`${id} has no pose`);
  }
  return found;
}

/** Breaks every rule that can be broken in one frame, beside something good. */
function vandalize(doc: Y.Doc): void {
  doc.transact(() => {
    putNode(doc, 'good');
    (nodes(doc).get('pose') as Y.Map<unknown>).set('pose', 'nowhere');
    (nodes(doc).get('name') as Y.Map<unknown>).set('name', 'x'.repeat(10_000_000));
    nodes(doc).set('number', NaN);
    doc.getMap('secret').set('a', 1);
  });
}

describe('a scene in which somebody breaks the schema', () => {
  let server: ServerProcess;
  let http: Http;
  let token: string;

  beforeAll(async () => {
    server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET } });
    token = await issueToken({ sub: 'ada' });
    http = new Http({ url: server.url, token });
  });
  afterAll(() => server.stop());

  async function setUp() {
    const { scene_id: sceneId } = await http.createScene();
    const watcher = await openLiveScene({ url: server.url, token }, sceneId);
    const session = new Diorama({ url: server.url, token }).connect(sceneId);
    await session.synced;
    const broken: string[] = [];
    watcher.doc.on('afterTransaction', () => broken.push(...faults(watcher.doc)));
    session.doc.on('afterTransaction', () => broken.push(...faults(session.doc)));
    session.edit((scene) => NODES.slice(1).forEach((id) => scene.addNode({ kind: 'group', name: id }, id)));
    await session.flushed();
    await untilDoc(watcher.doc, (doc) => nodes(doc).size === 2);
    const same = async (doc: Y.Doc): Promise<void> => {
      for (const each of [session.doc, doc, watcher.doc]) {
        await untilDoc(each, () => nodes(each).has('good') && faults(each).length === 0);
        await expect.poll(() => nodes(each).toJSON()).toEqual(nodes(session.doc).toJSON());
      }
      expect(broken).toEqual([]);
      const stored = (await http.get<{ document: { nodes: object } }>(`/v1/scenes/${sceneId}`)).body.document;
      expect(Object.keys(stored.nodes).sort()).toEqual(NODES);
    };
    const end = (): void => {
      watcher.close();
      session.close();
    };
    return { sceneId, session, same, end };
  }

  it('CHK-17: a client of diorama.v1 is told what was undone, and the frame counts as saved', async () => {
    const { sceneId, same, end } = await setUp();
    const vandal = new SyncClient({ url: server.url, sceneId, token });
    await vandal.synced;
    vandalize(vandal.doc);
    await vandal.until(() => vandal.refused.length > 0);
    const [refused] = vandal.refused;
    expect(refused).toMatchObject({
      code: 'invalid_document',
      corrected: true,
      frame: vandal.documentFrames,
    });
    expect(refused?.issues.map(({ pointer }) => pointer).sort()).toEqual([
      '/nodes/name/name',
      '/nodes/number',
      '/nodes/pose/pose',
      '/secret',
    ]);
    await vandal.allSaved();
    await same(vandal.doc);
    await vandal.close();
    end();
  });

  it('CHK-17: an unmodified provider of y-websocket ends with what everybody has', async () => {
    const { sceneId, same, end } = await setUp();
    const vandal = await openLiveScene({ url: server.url, token }, sceneId);
    vandalize(vandal.doc);
    await same(vandal.doc);
    putNode(vandal.doc, 'goes on');
    await untilDoc(vandal.doc, () => vandal.provider.synced);
    nodes(vandal.doc).delete('goes on');
    vandal.close();
    end();
  });

  it('SDK-40: a session whose edit was undone keeps its document and goes on', async () => {
    const { session, same, end } = await setUp();
    const events: string[] = [];
    session.on('reset', () => events.push('reset'));
    const refused = new Promise<{ code: string; pointers: string[] }>((resolve) =>
      session.on('refused', ({ code, issues }) =>
        resolve({ code, pointers: issues.map(({ pointer }) => pointer) }),
      ),
    );
    const { doc } = session;
    vandalizeQuietly(session);
    expect((await refused).code).toBe('invalid_document');
    await session.flushed();
    expect(session.doc).toBe(doc);
    expect(events).toEqual([]);
    expect(session.scene.node('pose')?.pose.translation).toEqual([0, 0, 0]);
    session.edit((scene) => scene.addNode({ kind: 'group' }, 'good'));
    await session.flushed();
    await same(doc);
    end();
  });

  /** Past the checks of the SDK's own accessors. */
  function vandalizeQuietly(session: SceneSession): void {
    session.edit(({ nodesMap }) => (nodesMap.get('pose') as Y.Map<unknown>).set('extras', NaN));
  }
});

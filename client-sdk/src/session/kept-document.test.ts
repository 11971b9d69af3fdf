import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { eventually } from '../../../test/support/eventually.js';
import { box, names, Sessions } from '../../test/support/sessions.js';
import { nextEvent, status } from '../../test/support/until.js';
import type { SceneSession } from './scene-session.js';

const sessions = new Sessions();

/** Keeps updates under a name, as y-indexeddb does; `disk` outlives what a tab holds in memory. */
class Store {
  readonly whenSynced: Promise<this>;
  readonly #keep = (update: Uint8Array): void => void this.disk.push(update);

  constructor(
    readonly disk: Uint8Array[],
    readonly doc: Y.Doc,
  ) {
    for (const update of disk) Y.applyUpdate(doc, update);
    disk.push(Y.encodeStateAsUpdate(doc));
    doc.on('update', this.#keep);
    this.whenSynced = Promise.resolve(this);
  }

  clearData(): Promise<void> {
    this.doc.off('update', this.#keep);
    this.disk.length = 0;
    return Promise.resolve();
  }
}

/** The recipe of the SDK's page. */
async function openKept(disk: Uint8Array[]): Promise<SceneSession> {
  const doc = new Y.Doc();
  let store = new Store(disk, doc);
  await store.whenSynced;
  const kept = sessions.open({ doc });
  kept.on('reset', (fresh) => void store.clearData().then(() => (store = new Store(disk, fresh))));
  return kept;
}

it('SDK-42: edits made offline outlive the tab in a kept document, and are stored when the server is there', async () => {
  const disk: Uint8Array[] = [];
  const first = await openKept(disk);
  await first.synced;
  await sessions.server.stop();
  await status(first, 'offline');
  first.edit((scene) => scene.addNode(box));
  first.close();
  expect(sessions.server.doc.getMap('nodes').size).toBe(0);

  const second = await openKept(disk);
  expect(names(second)).toEqual(['box']);
  expect(second.hasUnsavedEdits).toBe(true);
  await sessions.server.start();
  await second.flushed();
  expect(second.hasUnsavedEdits).toBe(false);
  expect(sessions.server.doc.getMap('nodes').size).toBe(1);
});

it('SDK-42: after a reset the fresh document is kept, and what was refused does not come back', async () => {
  const disk: Uint8Array[] = [];
  const first = await openKept(disk);
  await first.synced;
  first.edit((scene) => scene.addNode({ kind: 'group', name: 'good' }));
  await first.flushed();
  sessions.server.refuseNext = 'invalid_document';
  first.edit((scene) => scene.addNode({ kind: 'group', name: 'refused' }));
  await nextEvent(first, 'reset');
  first.edit((scene) => scene.addNode({ kind: 'group', name: 'after' }));
  await first.flushed();
  first.close();

  const second = await openKept(disk);
  expect(names(second)).toEqual(['after', 'good']);
  await second.synced;
  await second.flushed();
  await eventually(() => expect(sessions.server.doc.getMap('nodes').size).toBe(2));
});

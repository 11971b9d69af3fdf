import type * as Y from 'yjs';
import type { SceneDoc } from '../document/scene-doc.js';

/** What a transaction touched, as far as the picture goes. */
export interface DocChanges {
  readonly nodes: ReadonlySet<string>;
  readonly materials: ReadonlySet<string>;
  readonly settings: boolean;
}

/** Reports once for every transaction that touches nodes, materials or settings. Returns how to stop. */
export function watchDocument(scene: SceneDoc, report: (changes: DocChanges) => void): () => void {
  let nodes = new Set<string>();
  let materials = new Set<string>();
  let settings = false;

  const idsInto = (ids: () => Set<string>) => (events: Y.YEvent<Y.AbstractType<unknown>>[]) => {
    for (const event of events) {
      const [id] = event.path;
      if (id !== undefined) ids().add(String(id));
      else for (const key of event.changes.keys.keys()) ids().add(key);
    }
  };
  const onNodes = idsInto(() => nodes);
  const onMaterials = idsInto(() => materials);
  const onSettings = (): void => {
    settings = true;
  };
  // Observers of the root maps run first, each on its own: only afterwards is the transaction known as a whole.
  const afterTransaction = (): void => {
    if (nodes.size === 0 && materials.size === 0 && !settings) return;
    const changes = { nodes, materials, settings };
    nodes = new Set();
    materials = new Set();
    settings = false;
    report(changes);
  };
  const { nodesMap, materialsMap, sceneMap, doc } = scene;
  nodesMap.observeDeep(onNodes);
  materialsMap.observeDeep(onMaterials);
  sceneMap.observeDeep(onSettings);
  doc.on('afterTransaction', afterTransaction);
  return () => {
    nodesMap.unobserveDeep(onNodes);
    materialsMap.unobserveDeep(onMaterials);
    sceneMap.unobserveDeep(onSettings);
    doc.off('afterTransaction', afterTransaction);
  };
}

import type { SceneDoc } from '@diorama/shared';
import type * as Y from 'yjs';
import type { SceneProjection } from '../../log/batch.js';

/** The values that the `scenes` table copies from a document. */
export function projectionOf(doc: Y.Doc): SceneProjection {
  const name: unknown = doc.getMap('scene').get('name');
  return { name: typeof name === 'string' ? name : '', nodeCount: doc.getMap('nodes').size };
}

/** Detects changes of the values that the `scenes` table copies. */
export class ProjectionChanges {
  readonly #project: () => SceneProjection;
  #hasChanged = false;

  constructor(doc: Y.Doc, { sceneMap, nodesMap }: SceneDoc) {
    this.#project = () => projectionOf(doc);
    doc.on('afterTransaction', (transaction: Y.Transaction) => {
      const changed = transaction.changed as ReadonlyMap<unknown, ReadonlySet<string | null>>;
      if (changed.has(nodesMap) || changed.get(sceneMap)?.has('name')) this.#hasChanged = true;
    });
  }

  /** Returns a function that reads the current values, if they have changed since the last call. */
  take(): (() => SceneProjection) | undefined {
    if (!this.#hasChanged) return undefined;
    this.#hasChanged = false;
    return this.#project;
  }
}

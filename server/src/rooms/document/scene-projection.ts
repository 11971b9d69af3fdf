import type * as Y from 'yjs';
import type { SceneProjection } from '../../log/batch.js';

/** What the `scenes` table repeats of a document. */
export function projectionOf(doc: Y.Doc): SceneProjection {
  const name: unknown = doc.getMap('scene').get('name');
  return { name: typeof name === 'string' ? name : '', nodeCount: doc.getMap('nodes').size };
}

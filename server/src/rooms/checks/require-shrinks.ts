import { DioramaError } from '@diorama/shared';
import * as Y from 'yjs';

/**
 * Throws `scene_full` unless a change of a document that is too large makes it smaller.
 *
 * The change is tried on a copy, which takes a while; only documents that are full pay for it.
 */
export function requireShrinks(doc: Y.Doc, change: (doc: Y.Doc) => unknown): void {
  const before = Y.encodeStateAsUpdate(doc);
  const copy = new Y.Doc();
  Y.applyUpdate(copy, before);
  copy.transact(() => change(copy));
  const after = Y.encodeStateAsUpdate(copy).byteLength;
  copy.destroy();
  if (after > before.byteLength) throw new DioramaError('scene_full');
}

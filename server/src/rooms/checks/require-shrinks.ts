import { DioramaError } from '@diorama/shared';
import * as Y from 'yjs';

/**
 * Throws `scene_full` unless the change makes a document that is too large smaller.
 *
 * Tries the change on a copy. That is slow, but only full documents need it.
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

import {
  boundFaults,
  DioramaError,
  DOCUMENT_BOUNDS,
  entryOf,
  jsonPointer,
  ROOT_MAPS,
  sameValue,
  shapeOf,
  TOO_MANY_KEYS,
  toPlain,
  type Issue,
  type NodeKind,
  type RootMap,
  type SceneDocument,
} from '@diorama/shared';
import type * as Y from 'yjs';

/** A body may be wrong in a million places; the first hundred say enough. */
const ISSUES_MAX = 100;

type Item = Readonly<Record<string, unknown>>;

/**
 * Throws `invalid_document` for what an editor who writes the same would have undone: keys and values that are too large, too many
 * or nested too deeply. What the document holds already is no fault.
 */
export function requireWithinBounds(doc: Y.Doc, document: SceneDocument): void {
  const issues: Issue[] = [];
  for (const root of ROOT_MAPS) {
    const items =
      root === 'scene' ? [[null, document.scene] as const] : Object.entries<object>(document[root]);
    for (const [id, item] of items) {
      if (issues.length >= ISSUES_MAX) break;
      issues.push(...faultsOfItem(doc, root, id, item as Item));
    }
  }
  const [first] = issues;
  if (first !== undefined)
    throw new DioramaError('invalid_document', `${first.pointer}: ${first.message}`, { issues });
}

function faultsOfItem(doc: Y.Doc, root: RootMap, id: string | null, item: Item): Issue[] {
  const path = id === null ? [root] : [root, id];
  const at = (pointer: string, issue: Pick<Issue, 'message' | 'code'>): Issue => ({
    ...issue,
    pointer: jsonPointer(['document', ...path]) + pointer,
  });
  const entries = Object.entries(item);
  if (entries.length > DOCUMENT_BOUNDS.keys) return [at('', { message: TOO_MANY_KEYS, code: 'over_budget' })];
  const shape = shapeOf(root, item['kind'] as NodeKind | undefined);
  return entries.flatMap(([key, value]) =>
    boundFaults(id === null ? [root, key] : [root, id, key], shape, value)
      .filter(() => !sameValue(storedValue(doc, root, id, key), value))
      .map((each) => at(jsonPointer([key.slice(0, DOCUMENT_BOUNDS.keyLength)]) + each.pointer, each)),
  );
}

function storedValue(doc: Y.Doc, root: RootMap, id: string | null, key: string): unknown {
  const map = doc.getMap<unknown>(root);
  return toPlain(entryOf(id === null ? map : map.get(id), key));
}

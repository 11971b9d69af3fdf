import { entriesOf, setArray, setIfChanged, toPlain, toStorable, type DocumentChange } from '@diorama/shared';
import * as Y from 'yjs';

/** Writes changes, inside of a transaction: only what they name, and only where it differs. */
export function applyChanges(doc: Y.Doc, changes: readonly DocumentChange[]): void {
  for (const change of changes) {
    const root = doc.getMap<unknown>(change.root);
    if (change.id === null) writeKey(root, change);
    else if (change.key !== null) writeKey(itemOf(root, change.id), change);
    else if (change.after === undefined) root.delete(change.id);
    else root.set(change.id, newItem(change.root, change.after as object));
  }
}

function writeKey(map: Y.Map<unknown>, { key, after }: DocumentChange): void {
  if (key === null) return;
  const existing = map.get(key);
  // Elsewhere in a list somebody may be adding something at this moment.
  if (existing instanceof Y.Array && Array.isArray(after)) setArray(existing as Y.Array<unknown>, after);
  else setIfChanged(map, key, after);
}

/** The item's map; a plain object that some client wrote instead becomes one. */
function itemOf(root: Y.Map<unknown>, id: string): Y.Map<unknown> {
  const existing = root.get(id);
  if (existing instanceof Y.Map) return existing as Y.Map<unknown>;
  const map = new Y.Map<unknown>((entriesOf(existing) ?? []).map(([key, value]) => [key, toPlain(value)]));
  root.set(id, map);
  return map;
}

/** Messages are a list that two people may write at once; everything else of an item is one value a key. */
function newItem(root: DocumentChange['root'], item: object): Y.Map<unknown> {
  return new Y.Map<unknown>(
    Object.entries(item).map(([key, value]) =>
      root === 'comments' && key === 'messages' && Array.isArray(value)
        ? [key, Y.Array.from(value.map((each) => toStorable(each) as object))]
        : [key, toStorable(value)],
    ),
  );
}

import * as Y from 'yjs';
import { isNodeId } from '../ids.js';
import type { Animation } from '../scene/animation.js';
import type { CommentThread } from '../scene/comment.js';
import type { SceneDocument } from '../scene/document.js';
import { readAnimation, readCommentThread, readMaterial, readNode, readSettings } from './read.js';
import { SceneDoc } from './scene-doc.js';
import { sameValue, setIfChanged, toPlain, toStorable } from './values.js';

function readMap<T>(map: Y.Map<unknown>, read: (value: unknown) => T | undefined): Record<string, T> {
  const found: [string, T][] = [];
  for (const [id, value] of map) {
    const item = isNodeId(id) ? read(value) : undefined;
    if (item !== undefined) found.push([id, item]);
  }
  return Object.fromEntries(found);
}

/** The whole document as JSON with defaults filled in. What has no known kind or no valid id is left out, though it stays in the document. */
export function documentToJson(doc: Y.Doc): SceneDocument {
  const scene = new SceneDoc(doc);
  return {
    scene: readSettings(scene.sceneMap),
    nodes: readMap(scene.nodesMap, readNode),
    materials: readMap(scene.materialsMap, readMaterial),
    animations: readMap<Animation>(scene.animationsMap, readAnimation),
    comments: readMap<CommentThread>(scene.commentsMap, readCommentThread),
  };
}

type Read = (value: unknown) => object | undefined;

/** Makes `map` hold what `target` says. Keys whose value reads the same, defaults included, are not written. */
function applyKeys(map: Y.Map<unknown>, target: object, read: Read): void {
  const current = (read(map) ?? {}) as Record<string, unknown>;
  const wanted = target as Record<string, unknown>;
  for (const key of [...map.keys()]) if (!Object.hasOwn(wanted, key)) map.delete(key);
  for (const [key, value] of Object.entries(wanted)) {
    if (sameValue(current[key], value)) continue;
    const existing = map.get(key);
    if (existing instanceof Y.Array && Array.isArray(value)) setArray(existing as Y.Array<unknown>, value);
    else setIfChanged(map, key, value);
  }
}

/** Replaces only the part between the common head and tail, so that concurrent additions elsewhere survive. */
export function setArray(array: Y.Array<unknown>, target: readonly unknown[]): void {
  const current = array.toArray().map(toPlain);
  let head = 0;
  while (head < Math.min(current.length, target.length) && sameValue(current[head], target[head])) head++;
  let tail = 0;
  while (
    tail < Math.min(current.length, target.length) - head &&
    sameValue(current[current.length - 1 - tail], target[target.length - 1 - tail])
  )
    tail++;
  array.delete(head, current.length - head - tail);
  array.insert(head, target.slice(head, target.length - tail).map(toStorable));
}

function applyItems(map: Y.Map<unknown>, target: Record<string, object>, read: Read): void {
  for (const id of [...map.keys()]) {
    // An item that we cannot read was not in the JSON that the caller saw: leaving it out is no wish to delete it.
    if (!Object.hasOwn(target, id) && isNodeId(id) && read(map.get(id)) !== undefined) map.delete(id);
  }
  const blanks = new Map<unknown, object>();
  for (const [id, item] of Object.entries(target)) {
    const existing = map.get(id);
    if (existing instanceof Y.Map) {
      applyKeys(existing as Y.Map<unknown>, item, read);
    } else if (existing === undefined || !sameValue(read(existing), item)) {
      const news = Object.entries(item).filter(isNews(item, blanks, read));
      map.set(id, new Y.Map(news.map(([key, value]) => [key, toStorable(value)] as const)));
    }
  }
}

/** Tells the entries of a new item that have to be stored: its kind, and what differs from the default. */
function isNews(
  item: object,
  blanks: Map<unknown, object>,
  read: Read,
): (entry: [string, unknown]) => boolean {
  const kind = (item as { kind?: unknown }).kind;
  const blank = (blanks.get(kind) ?? read(kind === undefined ? {} : { kind }) ?? {}) as Record<
    string,
    unknown
  >;
  blanks.set(kind, blank);
  return ([key, value]) => key === 'kind' || !sameValue(blank[key], value);
}

/**
 * Changes `doc` into `target` by the least edit, in one transaction with `origin`.
 *
 * Live editors see only what differs, and a write to one key does not disturb a concurrent edit of another.
 */
export function applyDocument(doc: Y.Doc, target: SceneDocument, origin?: unknown): void {
  const scene = new SceneDoc(doc);
  doc.transact(() => {
    applyKeys(scene.sceneMap, target.scene, readSettings);
    applyItems(scene.nodesMap, target.nodes, readNode);
    applyItems(scene.materialsMap, target.materials, readMaterial);
    applyItems(scene.animationsMap, target.animations, readAnimation);
    applyItems(scene.commentsMap, target.comments, readCommentThread);
  }, origin);
}

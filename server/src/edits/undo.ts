import { sameValue, type DocumentChange, type LeftAlone, type Pose, type RootMap } from '@diorama/shared';
import type * as Y from 'yjs';
import { Draft, type StoredItem } from './draft.js';

export interface Reversal {
  readonly changes: readonly DocumentChange[];
  readonly leftAlone: readonly LeftAlone[];
}

type Reason = LeftAlone['reason'];

/**
 * What takes `done` back in the document as it is now.
 *
 * Only what still is as `done` left it is put back; what somebody has written over since is theirs, and is named. What is as it
 * was before already needs nothing.
 */
export function reverse(doc: Y.Doc, done: readonly DocumentChange[]): Reversal {
  const draft = new Draft(doc);
  const leftAlone: LeftAlone[] = [];
  const leave = ({ root, id, key }: DocumentChange, reason: Reason): void =>
    void leftAlone.push({ root, id, key, reason });

  // First what was removed: keys that are put back may refer to it. Last what was added, once nothing is below it.
  const [removed, written, added] = byKind(done);
  for (const change of removed) {
    const item = draft.item(change.root, change.id as string);
    if (item !== undefined && !sameValue(item, change.before)) leave(change, 'exists_again');
    else if (item === undefined) draft.put(change.root, change.id as string, change.before as StoredItem);
  }
  for (const change of written) {
    const reason = putBack(draft, change);
    if (reason !== undefined) leave(change, reason);
  }
  for (const change of leavesFirst(draft, added)) {
    const reason = takeAway(draft, change);
    if (reason !== undefined) leave(change, reason);
  }
  return { changes: draft.changes(), leftAlone };
}

function byKind(changes: readonly DocumentChange[]): [DocumentChange[], DocumentChange[], DocumentChange[]] {
  const kinds: [DocumentChange[], DocumentChange[], DocumentChange[]] = [[], [], []];
  for (const change of changes) {
    const kind = change.key !== null ? 1 : change.after === undefined ? 0 : 2;
    kinds[kind].push(change);
  }
  return kinds;
}

function putBack(draft: Draft, { root, id, key, before, after }: DocumentChange): Reason | undefined {
  const item = draft.item(root, id ?? undefined);
  if (item === undefined) return 'removed_since';
  const name = key as string;
  const current = Object.hasOwn(item, name) ? item[name] : undefined;
  if (sameValue(current, before)) return undefined;
  if (!sameValue(current, after)) {
    const messages = root === 'comments' && name === 'messages' ? without(current, before, after) : undefined;
    if (messages === undefined) return 'written_since';
    draft.write(root, id, { messages });
    return undefined;
  }
  if (root === 'nodes' && name === 'pose' && id !== null && wouldBeBelowItself(draft, id, before))
    return 'in_use';
  draft.write(root, id, { [name]: before });
  return undefined;
}

/** The messages that others have written besides: a conversation goes on while somebody takes a word back. */
function without(current: unknown, before: unknown, after: unknown): unknown[] | undefined {
  if (!Array.isArray(current) || !Array.isArray(before) || !Array.isArray(after)) return undefined;
  const isIn = (list: readonly unknown[], one: unknown): boolean => list.some((each) => sameValue(each, one));
  const own = after.filter((message) => !isIn(before, message));
  const onlyAdded = own.length > 0 && before.every((message) => isIn(after, message));
  if (!onlyAdded || !own.some((message) => isIn(current, message))) return undefined;
  return current.filter((message: unknown) => !isIn(own, message)) as unknown[];
}

/** Somebody has moved the old parent below the node since. */
function wouldBeBelowItself(draft: Draft, id: string, pose: unknown): boolean {
  const parent = (pose as Partial<Pose> | undefined)?.parent ?? null;
  return parent !== null && draft.tree.has(parent) && draft.tree.isWithin(parent, id);
}

function takeAway(draft: Draft, { root, id, after }: DocumentChange): Reason | undefined {
  const item = draft.item(root, id as string);
  if (item === undefined) return undefined;
  if (!sameValue(item, after)) return 'written_since';
  if (root === 'nodes' && draft.tree.childrenOf(id).length > 0) return 'in_use';
  draft.put(root, id as string, undefined);
  return undefined;
}

/** Nodes by their depth, the deepest first. */
function leavesFirst(draft: Draft, added: readonly DocumentChange[]): readonly DocumentChange[] {
  const isNode = ({ root }: DocumentChange): boolean => root === ('nodes' satisfies RootMap);
  if (!added.some(isNode)) return added;
  const depths = new Map<DocumentChange, number>();
  for (const change of added) {
    let depth = 0;
    for (let at = isNode(change) ? change.id : null; at !== null; at = draft.tree.parentOf(at)) depth++;
    depths.set(change, depth);
  }
  return [...added].sort((a, b) => (depths.get(b) as number) - (depths.get(a) as number));
}

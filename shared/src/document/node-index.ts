import * as Y from 'yjs';
import { isNodeId } from '../ids.js';
import { DEFAULT_POSE, type Pose } from '../scene/pose.js';
import { readPose } from './read.js';
import type { TreeEntry } from './tree.js';
import { entryOf } from './values.js';

/** What tells whether anybody has written since, without looking at the document. */
interface Stamp {
  readonly clock: number;
  readonly changed: number;
  readonly nodes: number;
  readonly deleted: number;
}

/**
 * Who is below whom, and the last order key there, remembered between the writes of one SceneDoc.
 *
 * Found by reading every node, which takes milliseconds where there are thousands. Its owner tells it of its own writes, so that
 * thousands of them cost as much each as the first few; whatever anybody else writes makes it read anew.
 */
export class NodeIndex {
  readonly #doc: Y.Doc;
  readonly #nodes: Y.Map<unknown>;
  #poses = new Map<string, TreeEntry>();
  /** By the parent pointer as it is stored. */
  #children = new Map<string, Set<string>>();
  /** By the parent, orphans under the root; never less than there is. */
  #last = new Map<string | null, string>();
  #stamp: Stamp | undefined;
  readonly #onTransaction = (transaction: Y.Transaction): void => this.#ended(transaction);

  constructor(doc: Y.Doc) {
    this.#doc = doc;
    this.#nodes = doc.getMap('nodes');
  }

  /** Whether it knows the document as it is. */
  get isCurrent(): boolean {
    const [then, now] = [this.#stamp, this.#now(this.#doc._transaction)];
    return then !== undefined && isSame(then, now) && then.deleted === now.deleted;
  }

  /** The greatest order key below `parent`, or one that is greater; null where nothing is below it. */
  lastOrder(parent: string | null): string | null {
    this.#read();
    return (parent === null || this.#nodes.has(parent) ? this.#last.get(parent) : undefined) ?? null;
  }

  /** `id` and all that is below it, parents first; undefined where parent pointers run in a circle. */
  subtree(id: string): string[] | undefined {
    this.#read();
    if (!this.#poses.has(id)) return [id];
    const above = new Set<string>();
    for (let at: string | null = id; at !== null; at = this.#poses.get(at)?.parent ?? null) {
      if (above.has(at)) return undefined;
      above.add(at);
    }
    const found = [id];
    for (const at of found) for (const child of this.#children.get(at) ?? []) found.push(child);
    return found;
  }

  /** Its owner has written a node's pose, and nothing else since it was current. */
  wrote(id: string, pose: TreeEntry | undefined): void {
    this.#unlink(id);
    if (pose !== undefined) this.#link(id, pose);
    this.#keep();
  }

  /** Its owner has written something else, or nothing, since it was current. */
  kept(): void {
    this.#keep();
  }

  #read(): void {
    if (this.isCurrent) return;
    this.#forget();
    for (const [id, value] of this.#nodes) {
      const pose = isNodeId(id) ? readPose(value) : undefined;
      if (pose === undefined) this.#raise(rawPose(value));
      else this.#link(id, pose);
    }
    this.#doc.on('afterTransaction', this.#onTransaction);
    this.#keep();
  }

  #link(id: string, { parent, order }: TreeEntry): void {
    this.#poses.set(id, { parent, order });
    if (parent !== null) {
      const siblings = this.#children.get(parent);
      if (siblings === undefined) this.#children.set(parent, new Set([id]));
      else siblings.add(id);
    }
    this.#raise({ parent, order });
    // Those that were waiting for their parent come below it.
    if (!this.#last.has(id))
      for (const child of this.#children.get(id) ?? [])
        this.#raise({ parent: id, order: this.#poses.get(child)?.order ?? '' });
  }

  #unlink(id: string): void {
    const parent = this.#poses.get(id)?.parent ?? null;
    if (parent !== null) this.#children.get(parent)?.delete(id);
    this.#poses.delete(id);
  }

  #raise({ parent, order }: TreeEntry): void {
    const above = parent !== null && this.#nodes.has(parent) ? parent : null;
    const last = this.#last.get(above);
    if (last === undefined || order > last) this.#last.set(above, order);
  }

  #forget(): void {
    this.#stamp = undefined;
    this.#poses = new Map();
    this.#children = new Map();
    this.#last = new Map();
    // Who looks at a document once and never again leaves nothing behind in it.
    this.#doc.off('afterTransaction', this.#onTransaction);
  }

  #keep(): void {
    this.#stamp = this.#now(this.#doc._transaction);
  }

  #ended(transaction: Y.Transaction): void {
    const then = this.#stamp;
    // Not what was deleted: Yjs has joined its list of that by now.
    if (then !== undefined && isSame(then, this.#now(transaction))) this.#keep();
    else this.#forget();
  }

  #now(transaction: Y.Transaction | null): Stamp {
    let deleted = 0;
    for (const items of transaction?.deleteSet.clients.values() ?? []) deleted += items.length;
    return {
      clock: Y.getState(this.#doc.store, this.#doc.clientID),
      changed: transaction?.changed.size ?? 0,
      nodes: transaction?.changed.get(this.#nodes as never)?.size ?? 0,
      deleted,
    };
  }
}

const isSame = (a: Stamp, b: Stamp): boolean =>
  a.clock === b.clock && a.changed === b.changed && a.nodes === b.nodes;

/** Of a node of a kind that this version does not know. */
function rawPose(value: unknown): TreeEntry {
  const pose = (entryOf(value, 'pose') ?? {}) as Partial<Record<keyof Pose, unknown>>;
  return {
    parent: typeof pose.parent === 'string' ? pose.parent : null,
    order: typeof pose.order === 'string' ? pose.order : DEFAULT_POSE.order,
  };
}

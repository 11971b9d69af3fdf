import {
  DOCUMENT_BOUNDS,
  DOCUMENT_LIMITS,
  fault,
  faultsOf,
  isNodeId,
  KIND_MESSAGE,
  NODE_ID_RULE,
  ROOT_MAPS,
  shapeOf,
  type Issue,
  type RootMap,
  type Shape,
  type ValuePath,
} from '@diorama/shared';
import * as Y from 'yjs';
import type { EntryRoot } from './pre-apply-check.js';
import { PreTransactionState } from './pre-transaction-state.js';
import { Corrections, type Finding } from './corrections.js';
import { growth, type EntryCounts } from './entry-counts.js';
import { NestedChanges } from './nested-changes.js';
import { NodeKinds, nodeShape } from './node-kinds.js';

type Type = Y.AbstractType<unknown>;
type Keys = ReadonlySet<string | null>;

export interface Judgement {
  /** Empty if nothing was wrong. */
  readonly findings: readonly Finding[];
  /** Comment threads that the transaction changed. */
  readonly threads: ReadonlySet<string>;
}

const NO_THREADS: ReadonlySet<string> = new Set();

/** Finds and undoes schema violations of a transaction. Checks only what it changed. */
export class DocumentChecks {
  /** The root maps of the document, and their names. */
  readonly roots: ReadonlyMap<unknown, RootMap>;
  readonly #counts: EntryCounts;

  constructor(doc: Y.Doc, counts: EntryCounts) {
    this.#counts = counts;
    this.roots = new Map(ROOT_MAPS.map((name) => [doc.getMap(name), name]));
  }

  /**
   * Must be called inside the transaction that applied a client's update. Returns what was wrong and where.
   *
   * A key that violates the schema gets back its previous value; the keys beside it stay. Older violations that the
   * transaction did not touch are ignored.
   */
  correct(transaction: Y.Transaction): Judgement {
    const inspection = new Inspection(this.roots, this.#counts, transaction);
    for (const [type, keys] of transaction.changed as ReadonlyMap<Type, Keys>) inspection.check(type, keys);
    return inspection.finish();
  }
}

class Inspection {
  readonly #roots: ReadonlyMap<unknown, RootMap>;
  readonly #before: PreTransactionState;
  readonly #corrections: Corrections;
  readonly #counts: EntryCounts;
  readonly #kinds: NodeKinds;
  readonly #nested: NestedChanges;
  #threads: Set<string> | undefined;

  constructor(roots: ReadonlyMap<unknown, RootMap>, counts: EntryCounts, transaction: Y.Transaction) {
    this.#roots = roots;
    this.#counts = counts;
    this.#before = new PreTransactionState(transaction);
    this.#corrections = new Corrections(transaction, this.#before);
    this.#kinds = new NodeKinds(this.#before, this.#corrections);
    this.#nested = new NestedChanges(roots, this.#corrections);
  }

  check(type: Type, keys: Keys): void {
    const root = this.#roots.get(type);
    if (root === 'scene') return this.#checkKeys(type, ['scene'], keys, shapeOf('scene'));
    if (root === 'comments') for (const id of keys) this.#touchedThread(root, id);
    if (root !== undefined) return this.#checkEntries(type, root, keys);
    const item = type._item;
    if (item === null) {
      this.#corrections.takeBack(type, keys, fault([nameOf(type)], 'A scene has no such root type'));
      return;
    }
    if (item.deleted) return;
    const parentRoot = this.#roots.get(item.parent);
    if (parentRoot !== undefined && parentRoot !== 'scene' && item.parentSub !== null) {
      this.#touchedThread(parentRoot, item.parentSub);
      if (type instanceof Y.Map) this.#checkEntry(type as Type, parentRoot, item.parentSub, keys);
      return;
    }
    const path = this.#nested.record(type, keys);
    if (path !== undefined) this.#touchedThread(path[0], path[1] as string);
  }

  finish(): Judgement {
    this.#nested.check();
    return { findings: this.#corrections.apply(), threads: this.#threads ?? NO_THREADS };
  }

  #touchedThread(root: RootMap, id: string | null): void {
    if (root === 'comments' && id !== null) (this.#threads ??= new Set()).add(id);
  }

  #checkEntries(type: Type, root: EntryRoot, keys: Keys): void {
    const more = growth(type, keys, this.#before);
    if (more > 0 && this.#counts.of(root) + more > DOCUMENT_LIMITS[root])
      return this.#tooMany(type, root, keys);
    for (const id of keys) {
      if (id === null) {
        this.#corrections.removeList(type, fault([root], 'It is a map, not a list'));
        continue;
      }
      const item = type._map.get(id);
      if (item === undefined || item.deleted || !this.#before.isNew(item)) continue;
      const wrong = this.#wrongWith(root, id, item);
      if (wrong === undefined) this.#checkNewEntry(item, root, id);
      else this.#corrections.restore(type, id, [wrong]);
    }
  }

  /** The entries that one frame adds are kept or removed together: half of an import is of no use. */
  #tooMany(type: Type, root: EntryRoot, keys: Keys): void {
    const issue = fault([root], `A scene has at most ${DOCUMENT_LIMITS[root]} ${root}`);
    this.#corrections.takeBack(type, keys, issue, 'scene_full');
  }

  /** Why the entry must be removed as a whole. */
  #wrongWith(root: RootMap, id: string, item: Y.Item): Issue | undefined {
    if (!isNodeId(id)) return fault([root, id], NODE_ID_RULE);
    const entry = item.content instanceof Y.ContentType ? (item.content.type as Type) : undefined;
    if (entry === undefined || !isPlainMap(entry)) return fault([root, id], 'It is not a Y.Map');
    if (entry._map.size > DOCUMENT_BOUNDS.keys)
      return fault([root, id], `It has more than ${DOCUMENT_BOUNDS.keys} keys`);
    // A client that writes a new node key by key, each in its own frame, starts with an empty node.
    if (root === 'nodes' && entry._map.size > 0 && this.#kinds.ofNew(entry) === undefined)
      return fault([root, id, 'kind'], KIND_MESSAGE);
    return undefined;
  }

  #checkNewEntry(item: Y.Item, root: RootMap, id: string): void {
    const entry = (item.content as Y.ContentType).type as Type;
    const shape = shapeOf(root, this.#kinds.ofNew(entry));
    if (entry._start !== null)
      this.#corrections.removeList(entry, fault([root, id], 'It is a map, not a list'));
    for (const [key, value] of entry._map)
      if (!value.deleted) this.#checkValue(entry, [root, id, key], value, shape);
  }

  #checkEntry(entry: Type, root: RootMap, id: string, keys: Keys): void {
    if (root !== 'nodes') return this.#checkKeys(entry, [root, id], keys, shapeOf(root));
    const { kind, isChecked } = this.#kinds.settle(entry, id, keys);
    this.#checkKeys(entry, [root, id], keys, nodeShape(kind), isChecked ? 'kind' : undefined);
  }

  #checkKeys(map: Type, above: ValuePath, keys: Keys, shape: Shape, checked?: string): void {
    let room: boolean | undefined;
    for (const key of keys) {
      if (key === null) {
        this.#corrections.removeList(map, fault(above, 'It is a map, not a list'));
        continue;
      }
      const item = map._map.get(key);
      if (key === checked || item === undefined || item.deleted || !this.#before.isNew(item)) continue;
      if (item.left === null && !(room ??= hasRoom(map))) {
        const message = `It has more than ${DOCUMENT_BOUNDS.keys} keys`;
        this.#corrections.restore(map, key, [fault([...above, key], message)]);
      } else this.#checkValue(map, [...above, key], item, shape);
    }
  }

  #checkValue(map: Type, path: ValuePath, item: Y.Item, shape: Shape): void {
    const faults = faultsOf(path, shape, item);
    if (faults.length === 0) return;
    const isGood = (earlier: Y.Item): boolean => faultsOf(path, shape, earlier).length === 0;
    this.#corrections.restore(map, path[path.length - 1] as string, faults, isGood);
  }
}

/** Not instanceof: Yjs derives an XML type from Y.Map. */
const isPlainMap = (type: { readonly constructor: unknown }): boolean => type.constructor === Y.Map;

const nameOf = (type: Type): string => Y.findRootTypeKey(type);

function hasRoom(map: Type): boolean {
  if (map._map.size <= DOCUMENT_BOUNDS.keys) return true;
  let live = 0;
  for (const item of map._map.values()) if (!item.deleted) live++;
  return live <= DOCUMENT_BOUNDS.keys;
}

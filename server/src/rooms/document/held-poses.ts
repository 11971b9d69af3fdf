import { isPlainPose } from '@diorama/shared';
import * as Y from 'yjs';
import { applyWithContents, type DecodedContents } from '../../log/update-decoder.js';
import type { CheckedUpdate } from '../checks/update-check.js';

type Node = Y.Map<unknown>;

/** Held poses of one writer: their nodes, one per clock, starting at `from`. */
interface HeldOfWriter {
  readonly from: number;
  readonly nodes: Node[];
}

interface HeldUpdate {
  readonly update: Uint8Array;
  readonly contents: DecodedContents;
}

/** An update that only sets poses of nodes. */
export interface PoseWrite {
  readonly writer: number;
  readonly nodes: readonly Node[];
  readonly ids: readonly string[];
}

/** More nodes than in any gesture: checking such an update takes longer than integrating it. */
const MOST_NODES = 64;
/** Integrating this many takes half a millisecond. */
const LEAST_FULL = 32;
const MOST_HELD = 128;
/** Poses take a tenth of this. Padded updates are not held. */
const MOST_UPDATE_BYTES = 32 * 1024;

/**
 * Valid pose updates that Yjs has not integrated yet.
 *
 * A gesture writes the same keys of the same nodes thirty times a second, and integrating each update costs a Yjs
 * transaction. The effect of such an update is known without integrating it: a new value behind the last one of its
 * key. So pose updates are checked, stored and relayed as they arrive, and integrated together before the document is
 * read.
 */
export class HeldPoses {
  readonly #doc: Y.Doc;
  #updates: HeldUpdate[] = [];
  #writers = new Map<number, HeldOfWriter>();
  /** The last held pose of each node: its writer and clock. */
  #last = new Map<Node, { readonly writer: number; readonly clock: number }>();
  #count = 0;
  #capacity = randomCapacity();

  constructor(doc: Y.Doc) {
    this.#doc = doc;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  get isFull(): boolean {
    return this.#count >= this.#capacity;
  }

  /**
   * Describes the update if it only sets valid poses of existing nodes, each directly behind the node's current pose.
   * Returns undefined for any other update, valid or not.
   */
  poseWriteOf({ structs, ds, end }: CheckedUpdate): PoseWrite | undefined {
    const [first] = structs;
    if (first === undefined || structs.length > MOST_NODES || end > MOST_UPDATE_BYTES) return undefined;
    const { pendingStructs, pendingDs } = this.#doc.store;
    if (pendingStructs !== null || pendingDs !== null) return undefined;
    const writer = first.id.client;
    let clock = this.#next(writer);
    const nodes: Node[] = [];
    const ids: string[] = [];
    for (const struct of structs) {
      if (struct.id.client !== writer || struct.id.clock !== clock++) return undefined;
      const node = this.#nodeOf(struct);
      const id = node?._item?.parentSub;
      if (node === undefined || typeof id !== 'string' || nodes.includes(node)) return undefined;
      nodes.push(node);
      ids.push(id);
    }
    return deletesNothingBut(structs as readonly Y.Item[], ds) ? { writer, nodes, ids } : undefined;
  }

  /** Holds an update that `poseWriteOf` has recognized, with its decoded contents. The caller must not modify `update`. */
  hold({ writer, nodes }: PoseWrite, update: Uint8Array, contents: DecodedContents): void {
    let held = this.#writers.get(writer);
    if (held === undefined) {
      held = { from: this.#next(writer), nodes: [] };
      this.#writers.set(writer, held);
    }
    for (const node of nodes) {
      this.#last.set(node, { writer, clock: held.from + held.nodes.length });
      held.nodes.push(node);
    }
    this.#count += nodes.length;
    this.#updates.push({ update, contents });
  }

  /** The state vector of the document and the held poses together. */
  state(): Map<number, number> {
    const state = new Map<number, number>();
    for (const writer of this.#doc.store.clients.keys()) state.set(writer, this.#next(writer));
    for (const writer of this.#writers.keys()) state.set(writer, this.#next(writer));
    return state;
  }

  /** Lets Yjs integrate the held updates. Must be called in a transaction. */
  integrate(): void {
    const updates = this.#updates;
    this.#updates = [];
    this.#writers = new Map();
    this.#last = new Map();
    this.#count = 0;
    this.#capacity = randomCapacity();
    for (const { update, contents } of updates) applyWithContents(this.#doc, update, contents);
  }

  #next(writer: number): number {
    const held = this.#writers.get(writer);
    return held === undefined ? Y.getState(this.#doc.store, writer) : held.from + held.nodes.length;
  }

  /** The node whose pose the struct sets; undefined if it does anything else or might be invalid. */
  #nodeOf(struct: Y.Item | Y.GC | Y.Skip): Node | undefined {
    if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentAny)) return undefined;
    const { origin, rightOrigin, parent, content } = struct;
    // Yjs encodes only the origin of a value that follows another; parent and key are those of the origin.
    if (origin === null || rightOrigin !== null || parent !== null) return undefined;
    if (content.arr.length !== 1 || !isPlainPose(content.arr[0])) return undefined;
    const held = this.#writers.get(origin.client);
    if (held !== undefined && origin.clock >= held.from) {
      const node = held.nodes[origin.clock - held.from];
      const last = node && this.#last.get(node);
      return last?.clock === origin.clock && last.writer === origin.client ? node : undefined;
    }
    if (origin.clock >= Y.getState(this.#doc.store, origin.client)) return undefined;
    const node = this.#nodeWithPose(Y.getItem(this.#doc.store, origin));
    return node === undefined || this.#last.has(node) ? undefined : node;
  }

  /** The node whose current pose is this item. */
  #nodeWithPose(item: Y.Item | Y.GC): Node | undefined {
    if (!(item instanceof Y.Item) || item.parentSub !== 'pose' || item.deleted || item.length !== 1)
      return undefined;
    if (!(item.content instanceof Y.ContentAny)) return undefined;
    const node = item.parent as Node;
    // Not instanceof: Yjs derives an XML type from Y.Map.
    if (node.constructor !== Y.Map || node._map.get('pose') !== item) return undefined;
    const entry = node._item;
    if (entry === null || entry.deleted || entry.parent !== (this.#doc.share.get('nodes') as unknown))
      return undefined;
    return node;
  }
}

/** Random, so that rooms that started together do not always integrate at the same moment. */
const randomCapacity = (): number => LEAST_FULL + Math.floor(Math.random() * (MOST_HELD - LEAST_FULL));

/** Whether the update deletes only the values that it replaces, which Yjs does and encodes in the update. */
function deletesNothingBut(structs: readonly Y.Item[], ds: CheckedUpdate['ds']): boolean {
  let left = structs.length;
  for (const [client, ranges] of ds.clients)
    for (const { clock, len } of ranges) {
      left -= len;
      if (left < 0) return false;
      for (let at = clock; at < clock + len; at++)
        if (!structs.some(({ origin }) => origin?.client === client && origin.clock === at)) return false;
    }
  return true;
}

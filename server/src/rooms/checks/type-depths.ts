import * as Y from 'yjs';
import { StructIndex } from './struct-index.js';
import type { DecodedUpdate } from './update-check.js';

type Struct = DecodedUpdate['structs'][number];

/** Computes how deep the structs of an update will be nested once applied; 1 is directly in a root type. */
export class TypeDepths {
  readonly #store: Y.Doc['store'];
  readonly #structs: StructIndex;
  readonly #known = new Map<Struct, number | undefined>();

  constructor(doc: Y.Doc, structs: readonly Struct[]) {
    this.#store = doc.store;
    this.#structs = new StructIndex(structs);
  }

  /** The depth, or undefined if it depends on a missing struct. Iterative, since chains may be long. */
  of(struct: Struct): number | undefined {
    const path: { struct: Struct; below: number }[] = [];
    let at = struct;
    let depth: number | undefined;
    for (;;) {
      if (this.#known.has(at)) {
        depth = this.#known.get(at);
        break;
      }
      // Unknown until resolved: items that refer to each other in a cycle can never be integrated.
      this.#known.set(at, undefined);
      const next = this.#next(at);
      if (typeof next.from === 'number' || next.from === undefined) {
        depth = next.from;
        this.#known.set(at, depth);
        break;
      }
      path.push({ struct: at, below: next.below });
      at = next.from;
    }
    for (let index = path.length - 1; index >= 0; index--) {
      const step = path[index] as (typeof path)[number];
      depth = depth === undefined ? undefined : depth + step.below;
      this.#known.set(step.struct, depth);
    }
    return depth;
  }

  /**
   * The struct's own depth, or the struct of the update that determines it: its neighbour (`below` 0) or its parent
   * (`below` 1).
   */
  #next(struct: Struct): { from: number | Struct | undefined; below: number } {
    // Yjs garbage-collects everything that refers to a garbage-collected struct.
    if (!(struct instanceof Y.Item)) return { from: struct instanceof Y.GC ? 1 : undefined, below: 0 };
    const parent = struct.parent as unknown;
    if (typeof parent === 'string') return { from: 1, below: 0 };
    const reference = parent instanceof Y.ID ? parent : (struct.origin ?? struct.rightOrigin);
    const below = parent instanceof Y.ID ? 1 : 0;
    if (reference === null) return { from: undefined, below };
    if (reference.clock < Y.getState(this.#store, reference.client)) {
      const depth = this.#storedDepth(Y.getItem(this.#store, reference));
      return { from: depth + below, below: 0 };
    }
    return { from: this.#structs.find(reference.client, reference.clock), below };
  }

  #storedDepth(struct: Y.Item | Y.GC): number {
    let depth = 1;
    if (!(struct instanceof Y.Item)) return depth;
    let type = struct.parent as Y.AbstractType<unknown> | null;
    while (type?._item) {
      depth++;
      type = type._item.parent as Y.AbstractType<unknown> | null;
    }
    return depth;
  }
}

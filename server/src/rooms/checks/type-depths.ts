import * as Y from 'yjs';
import { StructIndex } from './struct-index.js';
import type { DecodedUpdate } from './update-check.js';

type Struct = DecodedUpdate['structs'][number];

/** How deep the structs of an update that has not been applied will stand: 1 is directly in a root type. */
export class TypeDepths {
  readonly #store: Y.Doc['store'];
  readonly #structs: StructIndex;
  readonly #known = new Map<Struct, number | undefined>();

  constructor(doc: Y.Doc, structs: readonly Struct[]) {
    this.#store = doc.store;
    this.#structs = new StructIndex(structs);
  }

  /** Undefined where it depends on something that neither the document nor the update has. Without recursion: chains may be long. */
  of(struct: Struct): number | undefined {
    const path: { struct: Struct; below: number }[] = [];
    let at = struct;
    let depth: number | undefined;
    for (;;) {
      if (this.#known.has(at)) {
        depth = this.#known.get(at);
        break;
      }
      // Until it is resolved: items that refer to each other in a circle can never be integrated.
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

  /** A struct's own depth, or the struct of the update that it stands beside (0 below) or in (1 below). */
  #next(struct: Struct): { from: number | Struct | undefined; below: number } {
    // What is garbage-collected takes everything that refers to it along.
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

import * as Y from 'yjs';
import { StructIndex } from './struct-index.js';
import type { DecodedUpdate } from './update-check.js';

/** What an update would do to a document. */
export interface UpdateEffect {
  /** It adds or deletes something. A sync step 2 of a client that changed nothing does neither. */
  readonly changes: boolean;
  /** The root types below which it does. */
  readonly roots: ReadonlySet<string>;
  /** It depends on something that the document does not have, so where it writes cannot be told. */
  readonly unresolved: boolean;
}

type Struct = DecodedUpdate['structs'][number];

/** A root's name; `nothing` where only garbage-collected content is touched, `unknown` where a dependency is missing. */
type Root = { readonly name: string } | 'nothing' | 'unknown';

/** Finds out what `update` would touch, without applying it. */
export function effectOf(doc: Y.Doc, update: DecodedUpdate): UpdateEffect {
  const resolver = new RootResolver(doc, update.structs);
  const roots = new Set<string>();
  let changes = false;
  let unresolved = false;
  const note = (root: Root): void => {
    changes = true;
    if (root === 'unknown') unresolved = true;
    else if (root !== 'nothing') roots.add(root.name);
  };
  for (const struct of update.structs) {
    const end = struct.id.clock + struct.length;
    if (struct instanceof Y.Skip || end <= Y.getState(doc.store, struct.id.client)) continue;
    note(resolver.rootOfStruct(struct));
  }
  for (const [client, ranges] of update.ds.clients) {
    for (const { clock, len } of ranges) {
      for (const root of resolver.rootsDeleted(client, clock, clock + len)) note(root);
    }
  }
  return { changes, roots, unresolved };
}

class RootResolver {
  readonly #store: Y.Doc['store'];
  readonly #names: Map<unknown, string>;
  readonly #structs: StructIndex;
  readonly #resolved = new Map<Struct, Root>();

  constructor(doc: Y.Doc, structs: readonly Struct[]) {
    this.#store = doc.store;
    this.#names = new Map([...doc.share].map(([name, type]) => [type, name]));
    this.#structs = new StructIndex(structs);
  }

  rootOfStruct(struct: Struct): Root {
    const known = this.#resolved.get(struct);
    if (known !== undefined) return known;
    // Until it is resolved: items of several clients that refer to each other in a circle can never be integrated.
    this.#resolved.set(struct, 'unknown');
    const root = this.#resolve(struct);
    this.#resolved.set(struct, root);
    return root;
  }

  /** The roots of what is not deleted yet between two clocks of a client. */
  *rootsDeleted(client: number, from: number, to: number): Generator<Root> {
    const state = Y.getState(this.#store, client);
    const structs = this.#store.clients.get(client) ?? [];
    if (from < state) {
      for (let at = Y.findIndexSS(structs, from); at < structs.length; at++) {
        const struct = structs[at] as Y.Item | Y.GC;
        if (struct.id.clock >= to) break;
        if (struct instanceof Y.Item && !struct.deleted) yield this.#rootOfItem(struct);
      }
    }
    // What the update itself adds is judged as an addition.
    if (to > state && this.#structs.find(client, Math.max(from, state)) === undefined) yield 'unknown';
  }

  #resolve(struct: Struct): Root {
    if (!(struct instanceof Y.Item)) return this.#isNext(struct) ? 'nothing' : 'unknown';
    if (!this.#isNext(struct)) return 'unknown';
    // Decoded but not integrated, `parent` is still what the update says: a root's name or an id.
    const parent = struct.parent as unknown;
    if (typeof parent === 'string') return { name: parent };
    const reference = parent instanceof Y.ID ? parent : (struct.origin ?? struct.rightOrigin);
    return reference === null ? 'unknown' : this.#rootAt(reference);
  }

  #rootAt(id: Y.ID): Root {
    if (id.clock < Y.getState(this.#store, id.client)) {
      const struct = Y.getItem(this.#store, id) as Y.Item | Y.GC;
      return struct instanceof Y.Item ? this.#rootOfItem(struct) : 'nothing';
    }
    const added = this.#structs.find(id.client, id.clock);
    return added === undefined ? 'unknown' : this.rootOfStruct(added);
  }

  #rootOfItem(item: Y.Item): Root {
    let type = item.parent as Y.AbstractType<unknown> | null;
    while (type?._item) type = type._item.parent as Y.AbstractType<unknown> | null;
    const name = this.#names.get(type);
    return name === undefined ? 'nothing' : { name };
  }

  /** Whether everything of its client before this struct is in the document or the update. */
  #isNext(struct: Struct): boolean {
    const { client, clock } = struct.id;
    return clock <= Y.getState(this.#store, client) || this.#structs.find(client, clock - 1) !== undefined;
  }
}

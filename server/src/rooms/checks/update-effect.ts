import * as Y from 'yjs';
import { StructIndex } from './struct-index.js';
import type { DecodedUpdate } from './update-check.js';

/** The effect of an update on a document. */
export interface UpdateEffect {
  /** Whether it adds or deletes anything. The sync step 2 of an unchanged client does not. */
  readonly changes: boolean;
  /** The root types that it changes. */
  readonly roots: ReadonlySet<string>;
  /** Whether it depends on something that the document lacks, so that its target is unknown. */
  readonly unresolved: boolean;
}

type Struct = DecodedUpdate['structs'][number];

/** A root's name; `nothing` if only garbage-collected content is affected, `unknown` if a dependency is missing. */
type Root = { readonly name: string } | 'nothing' | 'unknown';

/** Determines what `update` would change, without applying it. */
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
    // Unknown until resolved: items of several clients that refer to each other in a cycle can never be integrated.
    this.#resolved.set(struct, 'unknown');
    const root = this.#resolve(struct);
    this.#resolved.set(struct, root);
    return root;
  }

  /** The roots of the items between two clocks of a client that are not deleted yet. */
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
    // What the update itself adds has been judged as an addition.
    if (to > state && this.#structs.find(client, Math.max(from, state)) === undefined) yield 'unknown';
  }

  #resolve(struct: Struct): Root {
    if (!(struct instanceof Y.Item)) return this.#isNext(struct) ? 'nothing' : 'unknown';
    if (!this.#isNext(struct)) return 'unknown';
    // Until it is integrated, `parent` is what the update encodes: a root's name or an id.
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

  /** Whether all earlier structs of its client are in the document or the update. */
  #isNext(struct: Struct): boolean {
    const { client, clock } = struct.id;
    return clock <= Y.getState(this.#store, client) || this.#structs.find(client, clock - 1) !== undefined;
  }
}

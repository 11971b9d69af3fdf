import { DOCUMENT_BOUNDS, fault, type Issue } from '@diorama/shared';
import * as Y from 'yjs';
import { StructIndex } from './struct-index.js';
import type { DecodedUpdate } from './update-check.js';

type Struct = DecodedUpdate['structs'][number];

/** What holds items: a root by its name, a type of the update by its struct, or a type of the document by its item. */
type Owner = string | Y.Item;
type Place = { readonly owner: Owner; readonly isKey: boolean };

interface Count {
  keys: number;
  listed: number;
}

/** Yjs joins values that were inserted together into one item; so many separate ones in one update take a tenth of a second to undo. */
const MOST_LISTED = 10_000;

/** More keys than any map of a scene may have, or a list in more pieces than can be judged in time. */
export interface CrowdedTypes {
  /** What is not to be applied: the items, and the map itself where the update brings it. */
  readonly dropped: readonly Struct[];
  readonly issues: readonly Issue[];
}

/**
 * Finds the maps and lists to which an update adds more than can be good.
 *
 * Applied and undone key by key, 300,000 keys of 5 MB would hold up all rooms for seconds. Deleted items do not count: what somebody
 * overwrote offline, key by key, arrives as such.
 */
export function findCrowdedTypes(doc: Y.Doc, { structs }: DecodedUpdate): CrowdedTypes | undefined {
  if (structs.length <= DOCUMENT_BOUNDS.keys) return undefined;
  const places = new Places(doc, structs);
  const counts = new Map<Owner, Count>();
  for (const struct of structs) {
    const place = places.of(struct);
    if (place === undefined) continue;
    let count = counts.get(place.owner);
    if (count === undefined) counts.set(place.owner, (count = { keys: 0, listed: 0 }));
    if (place.isKey) count.keys++;
    else count.listed++;
  }
  const crowded = new Map<Owner, Issue>();
  for (const [owner, { keys, listed }] of counts) {
    if (keys > DOCUMENT_BOUNDS.keys)
      crowded.set(owner, fault(places.pathOf(owner), `It has more than ${DOCUMENT_BOUNDS.keys} keys`));
    else if (listed > MOST_LISTED)
      crowded.set(
        owner,
        fault(places.pathOf(owner), `More than ${MOST_LISTED} separate items of a list at once`),
      );
  }
  if (crowded.size === 0) return undefined;
  const isDropped = (struct: Struct): boolean =>
    crowded.has(struct as Y.Item) || crowded.has(places.of(struct)?.owner ?? '');
  return { dropped: structs.filter(isDropped), issues: [...crowded.values()] };
}

/** In which type each item of an update will stand. */
class Places {
  readonly #store: Y.Doc['store'];
  readonly #index: StructIndex;
  /** Of items that say only beside which other they stand. */
  readonly #besides = new Map<Struct, Place | undefined>();
  #lastId: Y.ID | undefined;
  #lastOwner: Owner | undefined;

  constructor(doc: Y.Doc, structs: readonly Struct[]) {
    this.#store = doc.store;
    this.#index = new StructIndex(structs);
  }

  /** Undefined for what is deleted or in the document already, for entries of the root maps, and where it cannot be told. */
  of(struct: Struct): Place | undefined {
    if (!(struct instanceof Y.Item) || struct.content instanceof Y.ContentDeleted) return undefined;
    if (struct.id.clock < Y.getState(this.#store, struct.id.client)) return undefined;
    return this.#placeOf(struct);
  }

  /** Root, entry, and the keys below; without a key where it stands in a list. */
  pathOf(owner: Owner): string[] {
    const path: string[] = [];
    for (let at: Owner | undefined = owner; at !== undefined; at = this.#above(at)) {
      const key = typeof at === 'string' ? at : at.parentSub;
      if (key !== null) path.unshift(key);
    }
    return path;
  }

  #above(owner: Owner): Owner | undefined {
    if (typeof owner === 'string') return undefined;
    const parent = owner.parent as unknown;
    if (typeof parent === 'string') return parent;
    if (parent instanceof Y.ID) return this.#ownerAt(parent);
    return parent instanceof Y.AbstractType ? (parent._item ?? Y.findRootTypeKey(parent)) : undefined;
  }

  #placeOf(struct: Y.Item): Place | undefined {
    // Decoded but not integrated, `parent` is still what the update says: a root's name, an id, or nothing beside a neighbour.
    const parent = struct.parent as unknown;
    const isKey = struct.parentSub !== null;
    if (typeof parent === 'string') return parent === 'scene' ? { owner: parent, isKey } : undefined;
    if (parent instanceof Y.ID) {
      const owner = this.#ownerAt(parent);
      return owner === undefined ? undefined : { owner, isKey };
    }
    if (!this.#besides.has(struct)) this.#besides.set(struct, this.#placeBeside(struct));
    return this.#besides.get(struct);
  }

  #placeBeside({ origin, rightOrigin }: Y.Item): Place | undefined {
    const neighbour = origin ?? rightOrigin;
    if (neighbour === null) return undefined;
    if (neighbour.clock < Y.getState(this.#store, neighbour.client)) {
      const item = Y.getItem(this.#store, neighbour) as Y.Item | Y.GC;
      if (!(item instanceof Y.Item)) return undefined;
      const type = item.parent as Y.AbstractType<unknown>;
      const owner = type._item ?? Y.findRootTypeKey(type);
      const isEntry = typeof owner === 'string' && owner !== 'scene';
      return isEntry ? undefined : { owner, isKey: item.parentSub !== null };
    }
    const struct = this.#index.find(neighbour.client, neighbour.clock);
    if (!(struct instanceof Y.Item)) return undefined;
    // A neighbour comes before in the same list of structs; what refers to a later one is no sequence that somebody typed.
    return struct.parent === null ? this.#besides.get(struct) : this.#placeOf(struct);
  }

  #ownerAt(id: Y.ID): Owner | undefined {
    if (this.#lastId !== undefined && Y.compareIDs(this.#lastId, id)) return this.#lastOwner;
    const isStored = id.clock < Y.getState(this.#store, id.client);
    const found = isStored
      ? (Y.getItem(this.#store, id) as Y.Item | Y.GC)
      : this.#index.find(id.client, id.clock);
    this.#lastId = id;
    this.#lastOwner = found instanceof Y.Item ? found : undefined;
    return this.#lastOwner;
  }
}

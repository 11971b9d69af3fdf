import { fault, faultsOf, shapeOf, type RootMap, type Shape, type ValuePath } from '@diorama/shared';
import type * as Y from 'yjs';
import type { Corrections } from './corrections.js';
import { kindOf, nodeShape } from './node-kinds.js';

type Type = Y.AbstractType<unknown>;
type Keys = ReadonlySet<string | null>;

/** The value of an entry in which a nested Yjs type stands. */
interface Place {
  readonly map: Type;
  readonly path: ValuePath;
  readonly item: Y.Item;
}

/** A value in which nested Yjs types were changed. */
interface NestedChange extends Place {
  readonly changes: [Type, Keys][];
}

/** Collects the changes of a transaction inside values. A value is valid or invalid as a whole. */
export class NestedChanges {
  readonly #roots: ReadonlyMap<unknown, RootMap>;
  readonly #corrections: Corrections;
  readonly #changes = new Map<Y.Item, NestedChange>();

  constructor(roots: ReadonlyMap<unknown, RootMap>, corrections: Corrections) {
    this.#roots = roots;
    this.#corrections = corrections;
  }

  /**
   * Records a change of a type that is neither a root nor an entry. Returns the path of the value that contains it, if
   * any.
   */
  record(type: Type, keys: Keys): ValuePath | undefined {
    const place = this.#placeOf(type);
    if (place === 'gone') return undefined;
    if (place === 'nowhere') {
      this.#corrections.takeBack(type, keys, fault([], 'It stands where a scene has nothing'));
      return undefined;
    }
    const known = this.#changes.get(place.item);
    if (known === undefined) this.#changes.set(place.item, { ...place, changes: [[type, keys]] });
    else known.changes.push([type, keys]);
    return place.path;
  }

  /** Checks the changed values as they are now. */
  check(): void {
    for (const { map, path, item, changes } of this.#changes.values()) {
      const faults = faultsOf(path, shapeAt(map, path), item);
      if (faults.length === 0) continue;
      const isGood = (): boolean => faultsOf(path, shapeAt(map, path), item).length === 0;
      this.#corrections.undoNested(map, path[path.length - 1] as string, changes, isGood, faults);
    }
  }

  #placeOf(type: Type): Place | 'gone' | 'nowhere' {
    for (let item = type._item; item !== null;) {
      if (item.deleted) return 'gone';
      const map = item.parent as Type;
      const root = this.#roots.get(map);
      if (root !== undefined && root !== 'scene') return 'nowhere';
      const key = item.parentSub;
      if (root === 'scene') return key === null ? 'nowhere' : { map, path: ['scene', key], item };
      const above = map._item;
      const aboveRoot = this.#roots.get(above?.parent);
      if (aboveRoot !== undefined && aboveRoot !== 'scene') {
        if (above === null || above.deleted) return 'gone';
        if (key === null || above.parentSub === null) return 'nowhere';
        return { map, path: [aboveRoot, above.parentSub, key], item };
      }
      item = above;
    }
    return 'nowhere';
  }
}

const shapeAt = (map: Type, [root]: ValuePath): Shape =>
  root === 'nodes' ? nodeShape(kindOf(map)) : shapeOf(root);

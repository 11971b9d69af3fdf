import type * as Y from 'yjs';
import type { SceneRooms } from '../rooms/scene-rooms.js';
import type { Principal } from './principal.js';

/** What a map of the document holds under `key`, whether it is a Y.Map or a plain object. */
function valueOf(entry: unknown, key: string): unknown {
  if (typeof entry !== 'object' || entry === null) return undefined;
  if ('get' in entry && typeof entry.get === 'function') return (entry as Y.Map<unknown>).get(key);
  return (entry as Record<string, unknown>)[key];
}

function valuesOf(entry: unknown): Iterable<unknown> {
  if (typeof entry !== 'object' || entry === null) return [];
  if ('get' in entry && typeof entry.get === 'function') return (entry as Y.Map<unknown>).values();
  return Object.values(entry as Record<string, unknown>);
}

/** Whether a model, a texture of a material, or the environment is the asset. It reads no more than it must. */
export function refersTo(doc: Y.Doc, assetId: string): boolean {
  for (const node of doc.getMap('nodes').values()) if (valueOf(node, 'asset') === assetId) return true;
  for (const material of doc.getMap('materials').values())
    for (const value of valuesOf(material)) if (value === assetId) return true;
  return valueOf(doc.getMap('scene').get('environment'), 'asset') === assetId;
}

/**
 * Whether a principal may read an asset of their tenant.
 *
 * Everybody of the tenant may. Guests may read what their scene refers to as it is now, since they are to see it, and
 * nothing else.
 */
export class AssetAccess {
  readonly #rooms: SceneRooms;

  constructor(options: { readonly rooms: SceneRooms }) {
    this.#rooms = options.rooms;
  }

  async mayRead({ guest }: Principal, assetId: string): Promise<boolean> {
    if (guest === undefined) return true;
    return (await this.#rooms.read(guest.sceneId, (doc) => refersTo(doc, assetId))).value;
  }
}

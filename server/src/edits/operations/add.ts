import type { OperationOf, Pose } from '@diorama/shared';
import type { Draft, StoredItem } from '../draft.js';
import { findPlace, orderAtEnd, type Place } from '../placing.js';
import type { Done, OperationContext } from './context.js';
import { fault } from './fault.js';
import { requireWithinBounds } from './bounds.js';
import { requireRoomFor, ROOT_OF } from './item-roots.js';

type Add = OperationOf<'add'>;

const TARGETS = ['node', 'material', 'animation'] as const;

/** Only what was given is stored; the rest reads as its default. */
const given = (raw: unknown, parsed: object): StoredItem =>
  Object.fromEntries(
    Object.entries(parsed).filter(
      ([key]) => Object.hasOwn(raw as object, key) && (raw as Record<string, unknown>)[key] !== undefined,
    ),
  );

export function add(context: OperationContext, operation: Add, raw: Readonly<Record<string, unknown>>): Done {
  const { draft } = context;
  const target = TARGETS.find((each) => operation[each] !== undefined) ?? 'node';
  const item = given(raw[target], operation[target] as object);
  const id = operation.id ?? context.newId();
  requireRoomFor(draft, target, id);
  requireWithinBounds(
    { root: ROOT_OF[target], id, kind: operation.node?.kind, values: item, keys: Object.keys(item).length },
    [target],
  );
  if (target !== 'node') {
    requireNoPlace(operation, target);
    draft.put(ROOT_OF[target], id, item, true);
    return { id };
  }
  const pose = operation.node?.pose as Pose;
  if (pose.parent !== null && !draft.tree.has(pose.parent))
    throw fault(['node', 'pose', 'parent'], 'unknown_id', `There is no node ${pose.parent}`);
  const givenOrder = ((raw['node'] as StoredItem)['pose'] as StoredItem | undefined)?.['order'] !== undefined;
  const order = placed(draft, id, pose, operation, givenOrder);
  draft.put('nodes', id, { ...item, pose: { ...pose, order } }, true);
  return { id };
}

function placed(draft: Draft, id: string, pose: Pose, place: Place, givenOrder: boolean): string {
  if (place.index === undefined && place.before === undefined && place.after === undefined)
    return givenOrder ? pose.order : orderAtEnd(draft.tree, pose.parent);
  return takePlace(draft, id, pose.parent, place);
}

/** The order key of the place; siblings that are in the way move aside. */
export function takePlace(draft: Draft, id: string, parent: string | null, place: Place): string {
  const found = findPlace(draft.tree, id, parent, place);
  if ('part' in found) throw fault([found.part], 'unknown_id', found.message);
  for (const [sibling, order] of found.moved) {
    const pose = draft.pose(sibling);
    if (pose !== undefined) draft.write('nodes', sibling, { pose: { ...pose, order } });
  }
  return found.order;
}

function requireNoPlace(place: Place, target: string): void {
  for (const part of ['index', 'before', 'after'] as const)
    if (place[part] !== undefined) throw fault([part], 'invalid_document', `A ${target} has no siblings`);
}

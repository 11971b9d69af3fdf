import { DOCUMENT_LIMITS, type RootMap } from '@diorama/shared';
import type { Draft } from '../draft.js';
import { fault } from './fault.js';

/** What operations call an item, and where it is stored. */
export const ROOT_OF = {
  node: 'nodes',
  material: 'materials',
  animation: 'animations',
  comment: 'comments',
} as const satisfies Record<string, RootMap>;

export type ItemTarget = keyof typeof ROOT_OF;

/** Throws unless `id` is free and the document may hold one more. */
export function requireRoomFor(draft: Draft, target: ItemTarget, id: string): void {
  const root = ROOT_OF[target];
  if (draft.has(root, id)) throw fault(['id'], 'id_taken', `There is a ${target} ${id} already`);
  const most = DOCUMENT_LIMITS[root];
  if (draft.size(root) >= most)
    throw fault([], 'over_budget', `The document would hold more than ${most} ${root}`);
}

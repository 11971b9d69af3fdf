import type { Presence } from '@diorama/shared';

import { personOf } from '../people/person.js';

/** The editor's accent, for one's own selection. */
export const OWN_COLOR = '#8f9bff';

/** Node id → the colour of who has it selected; one's own selection goes over the others'. */
export function selectionColors(
  own: readonly string[],
  others: ReadonlyMap<number, Presence>,
): Map<string, string> {
  const colors = new Map<string, string>();
  for (const [id, presence] of others)
    for (const node of presence.selection ?? []) colors.set(node, personOf(id, presence).color);
  for (const node of own) {
    // Re-inserted, so that it is drawn last.
    colors.delete(node);
    colors.set(node, OWN_COLOR);
  }
  return colors;
}

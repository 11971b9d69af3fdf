import type { Edit, Version } from '@diorama/shared';

export type HistoryEntry =
  { readonly type: 'version'; readonly version: Version } | { readonly type: 'restore'; readonly edit: Edit };

/** What is loaded of a list, the newest first. */
export interface Loaded<T> {
  readonly items: readonly T[];
  /** Whether there are older ones. */
  readonly hasMore: boolean;
}

/**
 * Versions and restores in one list, the newest first.
 *
 * What is older than the last that is known of the other list waits until that list is loaded as far: nothing that is
 * loaded later comes in between.
 */
export function timelineOf(versions: Loaded<Version>, restores: Loaded<Edit>): HistoryEntry[] {
  const entries = [
    ...versions.items.map((version) => ({ type: 'version', version, at: version.created_at }) as const),
    ...restores.items.map((edit) => ({ type: 'restore', edit, at: edit.at }) as const),
  ].map((entry) => ({ ...entry, at: Date.parse(entry.at) }));
  const knownSince = Math.max(
    endOf(versions, (version) => version.created_at),
    endOf(restores, (edit) => edit.at),
  );
  return entries.filter(({ at }) => at >= knownSince).sort((a, b) => b.at - a.at);
}

function endOf<T>({ items, hasMore }: Loaded<T>, timeOf: (item: T) => string): number {
  const last = items.at(-1);
  return hasMore && last !== undefined ? Date.parse(timeOf(last)) : Number.NEGATIVE_INFINITY;
}

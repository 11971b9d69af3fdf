import type { Edit, Version } from '@diorama/shared';
import { describe, expect, it } from 'vitest';

import { timelineOf, type HistoryEntry } from './timeline.js';

const at = (minute: number) => new Date(Date.UTC(2026, 4, 1, 12, minute)).toISOString();
const versions = (...minutes: number[]) =>
  minutes.map((minute) => ({ version_id: `v${minute}`, created_at: at(minute) }) as unknown as Version);
const restores = (...minutes: number[]) =>
  minutes.map((minute) => ({ edit_id: `r${minute}`, at: at(minute) }) as unknown as Edit);
const names = (entries: readonly HistoryEntry[]) =>
  entries.map((entry) => (entry.type === 'version' ? entry.version.version_id : entry.edit.edit_id));

describe('timelineOf', () => {
  it('EDT-42: versions and restores stand in one list, the newest first', () => {
    const entries = timelineOf(
      { items: versions(9, 5, 1), hasMore: false },
      { items: restores(7, 2), hasMore: false },
    );
    expect(names(entries)).toEqual(['v9', 'r7', 'v5', 'r2', 'v1']);
  });

  it('EDT-42: what is older than what is known of the other list waits', () => {
    const known = restores(7, 2);
    expect(
      names(timelineOf({ items: versions(9, 5), hasMore: true }, { items: known, hasMore: false })),
    ).toEqual(['v9', 'r7', 'v5']);
    const later = { items: versions(9, 5, 1), hasMore: false };
    expect(names(timelineOf(later, { items: known, hasMore: true }))).toEqual(['v9', 'r7', 'v5', 'r2']);
    expect(names(timelineOf(later, { items: [], hasMore: false }))).toEqual(['v9', 'v5', 'v1']);
  });
});

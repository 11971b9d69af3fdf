import { useCallback, useState } from 'react';

import type { Row } from './rows.js';

type SetActiveRow = (id: string, selection: readonly string[]) => void;

/**
 * The row that the keyboard is on: the one that was last gone to here, until the selection changes elsewhere, such as in
 * the view or by a new group; then the last selected one.
 */
export function useActiveRow(
  rows: readonly Row[],
  selection: readonly string[],
): [string | null, SetActiveRow] {
  const [gone, setGone] = useState<{ id: string; selection: readonly string[] } | null>(null);
  const setActive = useCallback<SetActiveRow>((id, chosen) => setGone({ id, selection: chosen }), []);
  const own = gone !== null && gone.selection === selection ? gone.id : null;
  const active =
    own !== null && rows.some((row) => row.id === own) ? own : (selection.at(-1) ?? gone?.id ?? null);
  return [active, setActive];
}

import { type Dispatch, type SetStateAction, useEffect, useRef } from 'react';

import { useEditor } from '../state/editor-context.js';
import type { Row } from './rows.js';

interface RevealOptions {
  readonly rows: readonly Row[];
  readonly selection: readonly string[];
  readonly setCollapsed: Dispatch<SetStateAction<ReadonlySet<string>>>;
  readonly reveal: (index: number) => void;
}

/** Opens what is above a node that was selected elsewhere, such as in the view, and scrolls to it. */
export function useReveal({ rows, selection, setCollapsed, reveal }: RevealOptions): void {
  const { store } = useEditor();
  const pending = useRef<string | null>(null);
  const last = selection.at(-1) ?? null;

  useEffect(() => {
    pending.current = last;
    if (last === null) return;
    const tree = store.tree();
    const above: string[] = [];
    for (let at = tree.parentOf(last); at !== null; at = tree.parentOf(at)) above.push(at);
    setCollapsed((before) =>
      above.some((id) => before.has(id)) ? new Set([...before].filter((id) => !above.includes(id))) : before,
    );
  }, [last, store, setCollapsed]);

  useEffect(() => {
    if (pending.current === null) return;
    const index = rows.findIndex((row) => row.id === pending.current);
    if (index === -1) return;
    pending.current = null;
    reveal(index);
  }, [rows, last, reveal]);
}

import { useState } from 'react';

import { useCommentsView } from '../comments/use-comments.js';
import { useEditor } from '../state/editor-context.js';

/** What is at the right. */
export type Side = 'comments' | 'history' | 'inspector';

export interface Panels {
  readonly side: Side;
  /** Whether the outliner is out, where it is a drawer. */
  readonly isLeftOut: boolean;
  /** Whether what is at the right is out, where it is a drawer. */
  readonly isRightOut: boolean;
  show(side: Side): void;
  toggleOutliner(): void;
  toggleInspector(): void;
}

/** What stands beside the view. Where there is no room beside it, one panel at a time comes over it. */
export function usePanels(): Panels {
  const { state } = useEditor().comments;
  const { panel, placing } = useCommentsView();
  const [isHistoryOpen, setIsHistoryOpen] = useState(false);
  const [drawer, setDrawer] = useState<'outliner' | 'inspector' | null>(null);
  const side = panel ? 'comments' : isHistoryOpen ? 'history' : 'inspector';
  // Comments are opened by their pins and by a key as well: what was asked for is out.
  const isRightWanted = side !== 'inspector' || drawer === 'inspector';
  const isLeftWanted = drawer === 'outliner' && !isRightWanted;
  const show = (wanted: Side) => {
    state.set({ panel: wanted === 'comments' });
    setIsHistoryOpen(wanted === 'history');
  };
  return {
    side,
    // Whoever chooses a place has to see it.
    isLeftOut: isLeftWanted && !placing,
    isRightOut: isRightWanted && !placing,
    show,
    toggleOutliner: () => {
      show('inspector');
      setDrawer(isLeftWanted ? null : 'outliner');
    },
    toggleInspector: () => {
      show('inspector');
      setDrawer(side === 'inspector' && isRightWanted ? null : 'inspector');
    },
  };
}

import { ActionIcon, Tooltip } from '@mantine/core';
import { ListTree, SlidersHorizontal } from 'lucide-react';

import { useWidth } from '../hooks/use-width.js';

interface PanelToggleProps {
  readonly panel: 'outliner' | 'inspector';
  readonly isOut: boolean;
  onToggle(): void;
}

const PANELS = {
  outliner: { label: 'Outliner', Icon: ListTree },
  inspector: { label: 'Inspector', Icon: SlidersHorizontal },
} as const;

/** Brings a panel out and puts it away, where there is no room for it beside the view. */
export function PanelToggle({ panel, isOut, onToggle }: PanelToggleProps) {
  const { label, Icon } = PANELS[panel];
  if (useWidth() === 'wide') return null;
  return (
    <Tooltip label={label} disabled={isOut}>
      <ActionIcon
        onClick={onToggle}
        aria-label={label}
        aria-expanded={isOut}
        variant={isOut ? 'light' : 'subtle'}
        color={isOut ? 'iris' : 'gray'}
        data-testid={`${panel}-toggle`}
      >
        <Icon size={16} strokeWidth={1.7} />
      </ActionIcon>
    </Tooltip>
  );
}

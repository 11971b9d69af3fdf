import { ActionIcon, Button, Tooltip } from '@mantine/core';
import type { LucideIcon } from 'lucide-react';

import { useWidth } from '../hooks/use-width.js';

interface BarButtonProps {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly variant: 'default' | 'filled';
  readonly testId: string;
  readonly disabled?: boolean;
  onClick(): void;
}

/** A button of the top bar: its icon alone where its word has no room. */
export function BarButton({ label, icon: Icon, variant, testId, disabled = false, onClick }: BarButtonProps) {
  return useWidth() === 'wide' ? (
    <Button
      variant={variant}
      leftSection={<Icon size={14} />}
      onClick={onClick}
      disabled={disabled}
      data-testid={testId}
    >
      {label}
    </Button>
  ) : (
    <Tooltip label={label}>
      <ActionIcon
        variant={variant}
        color="iris"
        size={30}
        onClick={onClick}
        disabled={disabled}
        aria-label={label}
        data-testid={testId}
      >
        <Icon size={15} />
      </ActionIcon>
    </Tooltip>
  );
}

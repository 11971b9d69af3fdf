import { CloseButton } from '@mantine/core';
import type { ReactNode } from 'react';

import classes from './shell.module.css';

interface SidePanelProps {
  readonly title: string;
  readonly closeLabel: string;
  readonly testId: string;
  /** Beside the button that closes it. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
  onClose(): void;
}

/** What takes the inspector's place for a while. */
export function SidePanel({ title, closeLabel, testId, tools, children, onClose }: SidePanelProps) {
  return (
    <div className={classes.panel} data-testid={testId}>
      <header className={classes.panelHead}>
        <h2 className={classes.panelTitle}>{title}</h2>
        {tools}
        <CloseButton size="sm" aria-label={closeLabel} onClick={onClose} />
      </header>
      <div className={classes.panelBody}>{children}</div>
    </div>
  );
}

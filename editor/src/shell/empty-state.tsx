import type { ReactNode } from 'react';

import classes from './shell.module.css';

/** Says of a list that nothing is in it, and what would be. */
export function EmptyState({ children, testId }: { children: ReactNode; testId?: string }) {
  return (
    <p className={classes.empty} data-testid={testId}>
      {children}
    </p>
  );
}

import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

import classes from './shell.module.css';

interface MessagePageProps {
  readonly icon: LucideIcon;
  readonly title: string;
  readonly children: ReactNode;
  readonly action?: ReactNode;
  readonly testId?: string;
}

/** A page that says one thing: what happened, and what helps. */
export function MessagePage({ icon: Icon, title, children, action, testId }: MessagePageProps) {
  return (
    <main className={classes.message} data-testid={testId}>
      <div className={classes.messageBox}>
        <span className={classes.messageIcon}>
          <Icon size={24} strokeWidth={1.5} aria-hidden />
        </span>
        <h1 style={{ fontSize: 18, margin: 0, fontWeight: 600 }}>{title}</h1>
        <div className={classes.messageText}>{children}</div>
        {action}
      </div>
    </main>
  );
}

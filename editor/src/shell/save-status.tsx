import type { SessionStatus } from '@diorama/client-sdk';
import { Tooltip } from '@mantine/core';
import { CloudCheck, CloudOff, LoaderCircle } from 'lucide-react';

import { useStatus } from '../hooks/use-session.js';
import classes from './shell.module.css';

const TEXT: Record<SessionStatus, { label: string; hint: string }> = {
  connecting: { label: 'Connecting', hint: 'Opening the scene' },
  saving: { label: 'Saving', hint: 'Your edits are on their way to the server' },
  saved: { label: 'Saved', hint: 'The server has stored every edit' },
  offline: { label: 'Offline', hint: 'Edits are kept in this tab and sent when the server is back' },
};

/** What the server has acknowledged, and nothing else. */
export function SaveStatus() {
  const status = useStatus();
  const { label, hint } = TEXT[status];
  return (
    <Tooltip label={hint}>
      <span className={classes.status} role="status" data-status={status} data-testid="save-status">
        <StatusIcon status={status} />
        <span className={classes.statusWord}>{label}</span>
      </span>
    </Tooltip>
  );
}

function StatusIcon({ status }: { status: SessionStatus }) {
  const look = { size: 15, strokeWidth: 1.7, 'aria-hidden': true } as const;
  switch (status) {
    case 'saved':
      return <CloudCheck {...look} />;
    case 'offline':
      return <CloudOff {...look} />;
    case 'connecting':
    case 'saving':
      return <LoaderCircle {...look} className={classes.spin} />;
  }
}

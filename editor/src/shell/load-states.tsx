import { DioramaError } from '@diorama/client-sdk';
import { Alert, Button, Center, Loader } from '@mantine/core';
import { CircleAlert } from 'lucide-react';

import { IssueList } from './issue-list.js';
import classes from './shell.module.css';

/** Where a list will be. */
export function Loading({ label }: { label: string }) {
  return (
    <Center py={28}>
      <Loader size="sm" aria-label={label} />
    </Center>
  );
}

interface ProblemProps {
  readonly title: string;
  readonly error: unknown;
  onRetry?(): void;
  onClose?(): void;
}

/** What went wrong, beside what it went wrong with. */
export function Problem({ title, error, onRetry, onClose }: ProblemProps) {
  return (
    <Alert
      color="red"
      icon={<CircleAlert size={16} />}
      title={title}
      withCloseButton={onClose !== undefined}
      closeButtonLabel="Close this message"
      onClose={onClose}
      className={classes.problem}
      data-testid="problem"
    >
      {error instanceof DioramaError && error.code === 'unreachable' ? (
        'The server does not answer.'
      ) : error instanceof DioramaError ? (
        <IssueList detail={error.message} code={error.code} issues={error.issues} />
      ) : (
        String(error instanceof Error ? error.message : error)
      )}
      {onRetry !== undefined && (
        <Button mt={10} variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

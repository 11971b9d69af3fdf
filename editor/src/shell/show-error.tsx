import { DioramaError } from '@diorama/client-sdk';
import { notifications } from '@mantine/notifications';

import { IssueList } from './issue-list.js';

/** Tells what went wrong in words, with the code and the issues that the server gave. Stays until it is closed. */
export function showError(title: string, error: unknown): void {
  const known = error instanceof DioramaError;
  notifications.show({
    color: 'red',
    title,
    autoClose: false,
    withBorder: true,
    message: known ? (
      <IssueList detail={error.message} code={error.code} issues={error.issues} />
    ) : (
      String(error instanceof Error ? error.message : error)
    ),
  });
  // What the editor did not expect belongs into the console with its stack, too.
  if (!known) reportError(error);
}

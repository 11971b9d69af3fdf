import { type DioramaError } from '@diorama/client-sdk';
import { Button } from '@mantine/core';
import { CircleAlert, CloudOff, FileQuestion, KeyRound, ShieldX } from 'lucide-react';

import { MessagePage } from './message-page.js';

interface ProblemPageProps {
  readonly error: DioramaError;
  /** Whether it came while the scene was open. */
  readonly wasOpen?: boolean;
  /** Whether the person came by a share link. */
  readonly byLink?: boolean;
  onRetry?(): void;
  onScenes?(): void;
}

/** The page for an error that leaves nothing to edit. */
export function ProblemPage({ error, wasOpen = false, byLink = false, onRetry, onScenes }: ProblemPageProps) {
  const scenes = onScenes && (
    <Button variant="light" size="sm" onClick={onScenes}>
      All scenes
    </Button>
  );
  const retry = onRetry && (
    <Button variant="light" size="sm" onClick={onRetry}>
      Try again
    </Button>
  );
  switch (error.code) {
    case 'unauthenticated':
      return <MessagePage icon={KeyRound} testId="page-token" {...accessEnded(byLink, wasOpen)} />;
    case 'forbidden':
      return byLink ? (
        <MessagePage icon={ShieldX} testId="page-forbidden" {...accessEnded(byLink, wasOpen)} />
      ) : (
        <MessagePage
          icon={ShieldX}
          title={wasOpen ? 'You no longer have access to this scene' : 'You may not open this scene'}
          action={scenes}
          testId="page-forbidden"
        >
          {wasOpen
            ? 'You were removed from it, or it is for its members alone now. What was saved is kept.'
            : 'Your token is good, but your role does not reach this far.'}
        </MessagePage>
      );
    case 'scene_not_found':
      return (
        <MessagePage
          icon={FileQuestion}
          title="There is no such scene"
          action={scenes}
          testId="page-no-scene"
        >
          It may have been deleted, or the link may be cut short.
        </MessagePage>
      );
    case 'unreachable':
      return (
        <MessagePage
          icon={CloudOff}
          title="The server does not answer"
          action={retry ?? scenes}
          testId="page-offline"
        >
          This page tries again by itself and continues as soon as the server is back.
        </MessagePage>
      );
    default:
      return (
        <MessagePage
          icon={CircleAlert}
          title="This cannot be opened"
          action={retry ?? scenes}
          testId="page-problem"
        >
          {error.message} <code>{error.code}</code>
        </MessagePage>
      );
  }
}

/** What helps whose token counts no more: a guest needs another link, a member another way in. */
function accessEnded(byLink: boolean, wasOpen: boolean): { title: string; children: string } {
  const kept = wasOpen ? 'What was saved is kept. ' : '';
  return byLink
    ? {
        title: wasOpen ? 'The link you came by has ended' : 'This link has ended',
        children: `It has expired or was revoked. ${kept}Ask whoever gave it to you for a new one.`,
      }
    : {
        title: wasOpen ? 'Your sign-in has ended' : 'This link does not open the editor any more',
        children: `${wasOpen ? 'Your token has expired. ' : 'Its token is wrong or has expired. '}${kept}Ask for a new link; on your own machine the server prints one when it starts.`,
      };
}

import { DioramaError, type Diorama } from '@diorama/client-sdk';
import type { SessionInfo } from '@diorama/shared';
import { useCallback, useEffect, useState } from 'react';

export type Access =
  | { readonly status: 'asking' }
  | { readonly status: 'granted'; readonly session: SessionInfo }
  | { readonly status: 'refused'; readonly error: DioramaError; retry(): void };

/** How often a server that does not answer is asked again. */
const RETRY_MS = 2_000;

/** Asks the server whom it takes the token for; goes on asking while it does not answer. */
export function useAccess(diorama: Diorama): Access {
  const [answer, setAnswer] = useState<SessionInfo | DioramaError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const retry = useCallback(() => setAttempt((n) => n + 1), []);

  useEffect(() => {
    const abort = new AbortController();
    let timer: number | undefined;
    diorama.session({ signal: abort.signal }).then(setAnswer, (error: unknown) => {
      if (abort.signal.aborted) return;
      if (!(error instanceof DioramaError)) throw error;
      setAnswer(error);
      if (error.retryable) timer = window.setTimeout(retry, RETRY_MS);
    });
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [diorama, attempt, retry]);

  if (answer === null) return { status: 'asking' };
  return answer instanceof DioramaError
    ? { status: 'refused', error: answer, retry }
    : { status: 'granted', session: answer };
}

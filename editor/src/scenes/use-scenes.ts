import { DioramaError, type Diorama } from '@diorama/client-sdk';
import type { SceneSummary } from '@diorama/shared';
import { useCallback, useEffect, useState } from 'react';

export interface Scenes {
  /** null while the first page is on its way. */
  readonly items: readonly SceneSummary[] | null;
  readonly nextCursor: string | null;
  readonly error: DioramaError | null;
  reload(): Promise<void>;
  loadMore(): Promise<void>;
}

/** The scenes that the token reaches, a page at a time. */
export function useScenes(diorama: Diorama): Scenes {
  const [items, setItems] = useState<readonly SceneSummary[] | null>(null);
  const [nextCursor, setNextCursor] = useState<string | null>(null);
  const [error, setError] = useState<DioramaError | null>(null);

  const load = useCallback(
    async (cursor: string | null, before: readonly SceneSummary[]) => {
      try {
        const page = await diorama.scenes.list({ limit: 50, cursor: cursor ?? undefined });
        setItems([...before, ...page.items]);
        setNextCursor(page.next_cursor);
        setError(null);
      } catch (thrown) {
        if (!(thrown instanceof DioramaError)) throw thrown;
        setError(thrown);
      }
    },
    [diorama],
  );

  const reload = useCallback(() => load(null, []), [load]);
  useEffect(() => {
    void reload();
  }, [reload]);
  return { items, nextCursor, error, reload, loadMore: () => load(nextCursor, items ?? []) };
}

import { DioramaError, type Page, type PageQuery } from '@diorama/client-sdk';
import { useCallback, useEffect, useRef, useState } from 'react';

export interface Pages<P> {
  /** Empty until the first page is there. */
  readonly pages: readonly P[];
  /** Why the last attempt to load failed; what was loaded before stays. */
  readonly error: DioramaError | null;
  readonly hasMore: boolean;
  /** Reads all that is shown again. */
  reload(): Promise<void>;
  loadMore(): Promise<void>;
}

const PAGE_SIZE = 50;

/** A list of the server's, a page at a time. `fetchPage` must keep its identity; null loads nothing. */
export function usePages<P extends Page<unknown>>(
  fetchPage: ((query: PageQuery) => Promise<P>) | null,
): Pages<P> {
  const [pages, setPages] = useState<readonly P[]>([]);
  const [error, setError] = useState<DioramaError | null>(null);
  const latest = useRef(0);
  const shown = useRef(0);

  const load = useCallback(
    async (wanted: number, before: readonly P[]) => {
      // An answer that is overtaken by a later question would bring back what is gone.
      const turn = ++latest.current;
      if (fetchPage === null) return;
      try {
        const loaded = [...before];
        while (loaded.length < wanted) {
          const cursor = loaded.at(-1)?.next_cursor ?? undefined;
          if (loaded.length > 0 && cursor === undefined) break;
          loaded.push(await fetchPage({ limit: PAGE_SIZE, cursor }));
          if (turn !== latest.current) return;
        }
        shown.current = loaded.length;
        setPages(loaded);
        setError(null);
      } catch (thrown) {
        if (!(thrown instanceof DioramaError)) throw thrown;
        if (turn === latest.current) setError(thrown);
      }
    },
    [fetchPage],
  );

  const reload = useCallback(() => load(Math.max(1, shown.current), []), [load]);
  useEffect(() => {
    void reload();
  }, [reload]);
  return {
    pages,
    error,
    hasMore: (pages.at(-1)?.next_cursor ?? null) !== null,
    reload,
    loadMore: () => load(pages.length + 1, pages),
  };
}

/** Which page of a list. */
export interface PageQuery {
  /** `next_cursor` of the page before. */
  readonly cursor?: string | undefined;
  /** Items a page, 1 to 200, 50 by default. */
  readonly limit?: number | undefined;
  /** Ends the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** One page of a list. */
export interface Page<T> {
  /** At most `limit` of them, in the order of the list. */
  readonly items: T[];
  /** What gets the next page as `cursor`; null on the last one. */
  readonly next_cursor: string | null;
}

/** Every item of every page, fetched as the loop gets there. */
export async function* itemsOf<T>(fetchPage: (query: PageQuery) => Promise<Page<T>>, query: PageQuery = {}) {
  let cursor = query.cursor;
  do {
    const page = await fetchPage({ ...query, cursor });
    yield* page.items;
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}

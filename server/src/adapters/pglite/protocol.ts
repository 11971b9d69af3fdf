/** What the thread that owns PGlite is asked. A transaction is named by the number that its `begin` carried. */
export type PgliteRequest =
  | {
      readonly kind: 'query';
      readonly id: number;
      readonly transaction: number | null;
      readonly sql: string;
      readonly params: unknown[];
    }
  | { readonly kind: 'begin'; readonly id: number }
  | { readonly kind: 'end'; readonly id: number; readonly transaction: number; readonly commit: boolean }
  | { readonly kind: 'close'; readonly id: number };

export type PgliteReply =
  | { readonly id: number; readonly ok: true; readonly rows: unknown[]; readonly rowCount: number }
  | { readonly id: number; readonly ok: false; readonly error: PgliteFailure };

/** A database error in a form that crosses the thread boundary; `code` is the SQLSTATE. */
export interface PgliteFailure {
  readonly message: string;
  readonly code?: string | undefined;
  readonly detail?: string | undefined;
  readonly constraint?: string | undefined;
}

/** The reply that says that the database is open. */
export const OPENED_ID = 0;

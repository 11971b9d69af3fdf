import { DioramaError } from '@diorama/shared';

/** What a SQLSTATE, or else its class, says of a database that cannot serve for now, though the statement may be right. */
const REASONS: Readonly<Record<string, string>> = {
  '08': 'The connection to the database broke',
  '25006': 'The database is read-only',
  '28': 'The database does not let the server in',
  '3D': 'The database does not exist',
  '53': 'The database has no resources left',
  '53100': 'The disk of the database is full',
  '55000': 'The database takes no connections',
  '55P03': 'The database is locked',
  '57': 'The database stops or starts',
  '57014': 'The database did not answer in time',
  '58': 'The disk of the database fails',
};

/**
 * A failure of the database as `storage_unavailable`, with the failure as its cause, where the same statement may succeed later.
 *
 * undefined for statements that are at fault themselves.
 */
export function unavailable(error: unknown): DioramaError | undefined {
  const code: unknown = (error as { code?: unknown } | null)?.code;
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return undefined;
  const reason = REASONS[code] ?? REASONS[code.slice(0, 2)];
  return reason === undefined ? undefined : new DioramaError('storage_unavailable', reason, { cause: error });
}

/** What failed and why, down to the first cause: for whoever runs the server, not for its clients. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Where a name has several addresses, Node says nothing itself: each attempt has its own error.
  const inner = error instanceof AggregateError ? error.errors.map(reasonOf).join('; ') : undefined;
  const own = error.message === '' ? (inner ?? error.name) : error.message;
  if (error.cause === undefined) return own;
  const cause = reasonOf(error.cause);
  return own.includes(cause) ? own : `${own}: ${cause}`;
}

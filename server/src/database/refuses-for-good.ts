/**
 * SQLSTATE classes of statements that will never succeed however often they are repeated: bad data, broken limits.
 *
 * What is missing or not allowed (42) is not among them: who takes a table or a right away may give it back.
 */
const PERMANENT_CLASSES = new Set(['22', '23', '54']);

/** Whether the database would fail the same statement again, however often it is repeated. */
export function refusesForGood(error: unknown): boolean {
  const code: unknown = (error as { code?: unknown }).code;
  return typeof code === 'string' && code.length === 5 && PERMANENT_CLASSES.has(code.slice(0, 2));
}

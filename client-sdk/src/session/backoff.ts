export const BACKOFF_FIRST_MS = 300;
export const BACKOFF_CAP_MS = 10_000;

/**
 * How long to wait before attempt `attempt` (from 0): doubles up to 10 s.
 *
 * Half of it is random (`random` in [0, 1)), so that the clients of a server that restarts do not come back at once.
 */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(BACKOFF_CAP_MS, BACKOFF_FIRST_MS * 2 ** attempt);
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

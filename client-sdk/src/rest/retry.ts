import type { Method } from '@diorama/shared';
import type { Clock } from '../session/ports.js';

/** Three attempts in all: a server that is still not there after that is for the caller to wait for. */
const MAX_RETRIES = 2;
const FIRST_DELAY_MS = 250;
/** A Retry-After beyond this is not waited for: the caller hears of it now. */
const LONGEST_DELAY_MS = 10_000;
const IDEMPOTENT: readonly Method[] = ['get', 'put', 'delete'];
const RETRIED_STATUSES = [429, 503];

/** Whether sending a request twice does what sending it once does. */
export const isIdempotent = (method: Method): boolean => IDEMPOTENT.includes(method);

/** How long to wait before the request is sent again; undefined when it is not to be. */
export function retryDelayMs(
  isRepeatable: boolean,
  response: Response,
  attempt: number,
  nowMs: number,
): number | undefined {
  if (attempt >= MAX_RETRIES || !isRepeatable || !RETRIED_STATUSES.includes(response.status))
    return undefined;
  const delayMs = retryAfterMs(response.headers.get('retry-after'), nowMs) ?? FIRST_DELAY_MS * 2 ** attempt;
  return delayMs <= LONGEST_DELAY_MS ? delayMs : undefined;
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function retryAfterMs(header: string | null, nowMs: number): number | undefined {
  if (header === null) return undefined;
  if (/^\d+$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** Resolves after `delayMs`; rejects with the signal's reason when it is aborted. */
export function sleep(delayMs: number, clock: Clock, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const abort = (): void => {
      clock.clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', abort, { once: true });
  });
}

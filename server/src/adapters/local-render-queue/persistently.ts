import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '../../observability/logger.js';

const RETRY_MS = 1_000;

/** Repeats `work` each second until it resolves; undefined when that is not before `signal` aborts. */
export async function persistently<T>(
  work: () => Promise<T>,
  { signal, logger }: { readonly signal: AbortSignal; readonly logger: Logger },
): Promise<T | undefined> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      logger.error({ err: error }, 'the render queue could not write to its database or object store');
    }
    const retry = await wait(RETRY_MS, true, { signal }).catch((error: Error) => {
      if (error.name !== 'AbortError') throw error;
      return false;
    });
    if (!retry) return undefined;
  }
}

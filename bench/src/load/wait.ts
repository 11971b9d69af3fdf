import { setTimeout as delay } from 'node:timers/promises';

export { delay };

/** Looks every few milliseconds whether it holds; resolves to whether it did within the time. */
export async function holdsWithin(milliseconds: number, holds: () => boolean, everyMs = 5): Promise<boolean> {
  const until = performance.now() + milliseconds;
  while (!holds()) {
    if (performance.now() > until) return false;
    await delay(everyMs);
  }
  return true;
}

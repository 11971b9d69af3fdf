import { vi } from 'vitest';

/** Long enough for a machine that does other things as well; `vi.waitFor` gives up after a second by default. */
const PATIENCE_MS = 15_000;

/** Tries `check` until it no longer throws. */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: PATIENCE_MS });

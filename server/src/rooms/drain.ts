import type { Logger } from '../observability/logger.js';

/** Something that must still be written when the server stops, after all edits are stored. */
export interface DrainHook {
  readonly name: string;
  readonly run: () => Promise<unknown>;
}

/**
 * Time limits of the parts of a drain. With the rest of the shutdown they stay below 10 s, when supervisors kill the
 * process.
 */
export interface DrainBounds {
  /** For commits of edits. */
  readonly flushMs: number;
  /** For all hooks together. */
  readonly hooksMs: number;
  /** Clients that were not told when to reconnect are closed one by one, within this time. */
  readonly staggerMs: number;
  /** For clients to answer the closing handshake. */
  readonly closeMs: number;
}

export const DRAIN_BOUNDS: DrainBounds = Object.freeze({
  flushMs: 5_000,
  hooksMs: 1_500,
  staggerMs: 750,
  closeMs: 750,
});

const RETRY_LEAST_MS = 200;
const SPREAD_LEAST_MS = 500;
const SPREAD_MOST_MS = 5_000;
const SPREAD_PER_CONNECTION_MS = 5;

/**
 * When a client should reconnect: the more clients there are, the longer the period they are spread over. `random` is
 * in [0, 1).
 */
export function retryAfterMs(connections: number, random: number): number {
  const spread = connections * SPREAD_PER_CONNECTION_MS;
  return Math.round(RETRY_LEAST_MS + random * Math.min(SPREAD_MOST_MS, Math.max(SPREAD_LEAST_MS, spread)));
}

/** Resolves to whether `work` finished in time. */
export async function inTime(work: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), milliseconds)));
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs all hooks concurrently. Resolves to the names of those that failed or were late. */
export async function runHooks(
  hooks: readonly DrainHook[],
  milliseconds: number,
  logger: Logger,
): Promise<string[]> {
  const done = await Promise.all(
    hooks.map(async ({ name, run }) => {
      try {
        return await inTime(run(), milliseconds);
      } catch (error) {
        logger.error({ err: error, hook: name }, 'a part of the drain failed');
        return false;
      }
    }),
  );
  return hooks.filter((_, at) => done[at] !== true).map(({ name }) => name);
}

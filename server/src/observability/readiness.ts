import type { Readiness, ReadinessCheck } from '@diorama/shared';
import { reasonOf } from '../database/unavailable.js';

/** One part of the server. `required` parts decide whether the whole is ready. */
export interface Probe {
  readonly name: string;
  readonly required: boolean;
  check(): Promise<ReadinessCheck>;
}

/** A probe that is ready when `work` resolves; otherwise the error's message says why not. */
export const probe = (name: string, work: () => Promise<unknown>): Probe => ({
  name,
  required: true,
  async check() {
    try {
      await withinPatience(work());
      return { status: 'ready' };
    } catch (error) {
      return { status: 'unavailable', detail: reasonOf(error) };
    }
  },
});

/** Whoever asks wants an answer, also from a server whose database gives none. */
const PATIENCE_MS = 2_000;

/** What `work` gives, or an error when that takes too long. */
export async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`It did not answer within ${PATIENCE_MS} ms`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export async function readinessOf(probes: readonly Probe[]): Promise<Readiness> {
  const checks = await Promise.all(probes.map(async (each) => [each, await each.check()] as const));
  const ready = checks.every(([each, check]) => !each.required || check.status === 'ready');
  return {
    status: ready ? 'ready' : 'unavailable',
    checks: Object.fromEntries(checks.map(([each, check]) => [each.name, check])),
  };
}

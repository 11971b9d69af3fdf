import type { ReadinessCheck } from '@diorama/shared';
import type { Probe } from '../observability/readiness.js';

/** Runs the jobs of the `render_jobs` table: processes of this machine, or a queue that many workers share. */
export interface RenderQueue {
  /** Takes up what an earlier server left undone and starts the workers; they become ready later, or not at all. */
  start(): void;
  /** A queued job has been stored. */
  enqueue(jobId: string): void;
  /** The row of a job says `cancelled` now: whoever works on it need not go on. */
  cancel(jobId: string): void;
  /** Whether jobs that are queued now can be expected to run, and if not, why. */
  status(): ReadinessCheck;
  /** Ends the workers. Jobs that they had not finished are queued again. */
  stop(): Promise<void>;
}

/** A server without rendering is still a server: the probe is never required. */
export const renderingProbe = (queue: RenderQueue): Probe => ({
  name: 'rendering',
  required: false,
  check: () => Promise.resolve(queue.status()),
});

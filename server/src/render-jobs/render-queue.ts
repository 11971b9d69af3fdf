import type { ReadinessCheck } from '@diorama/shared';
import { withinPatience, type Probe } from '../observability/readiness.js';

/** Runs the jobs of the `render_jobs` table: processes of this machine, or a queue that many workers share. */
export interface RenderQueue {
  /** Takes up what an earlier server left undone and starts the workers; they become ready later, or not at all. */
  start(): void;
  /** A queued job has been stored. */
  enqueue(jobId: string): void;
  /** The row of a job says `cancelled` now: whoever works on it need not go on. */
  cancel(jobId: string): void;
  /** Whether this server's workers can be expected to run what is queued now, and if not, why. */
  status(): ReadinessCheck;
  /** As `status`, of whatever workers there are: other servers may have some where this one has none. */
  available(): Promise<ReadinessCheck>;
  /** Ends the workers. Jobs that they had not finished are queued again. */
  stop(): Promise<void>;
}

/** A server without rendering is still a server: the probe is never required. */
export const renderingProbe = (queue: RenderQueue): Probe => ({
  name: 'rendering',
  required: false,
  async check() {
    try {
      return await withinPatience(queue.available());
    } catch (error) {
      const { status, detail } = queue.status();
      const why = error instanceof Error ? error.message : String(error);
      return { status, detail: [detail, `other servers were not asked: ${why}`].filter(Boolean).join('; ') };
    }
  },
});

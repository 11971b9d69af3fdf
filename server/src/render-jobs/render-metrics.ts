export type RenderOutcomeLabel = 'succeeded' | 'failed' | 'cancelled' | 'retried';

/** What operators want to know about rendering. */
export interface RenderMetrics {
  /** An attempt has ended after `seconds` with a worker. */
  attempted(outcome: RenderOutcomeLabel, seconds: number): void;
}

export const NO_RENDER_METRICS: RenderMetrics = Object.freeze({ attempted: () => undefined });

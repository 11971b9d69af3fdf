import { Gauge, Histogram, type Registry } from 'prom-client';
import { withinPatience } from './readiness.js';
import type { RenderMetrics } from '../render-jobs/render-metrics.js';

/** The metrics of rendering on a Prometheus registry. `depth` is asked at each scrape. */
export function createRenderMetrics(registry: Registry, depth: () => Promise<number>): RenderMetrics {
  const registers = [registry];
  const seconds = new Histogram({
    name: 'diorama_render_seconds',
    help: 'Seconds that an attempt to render a job took, by how it ended',
    labelNames: ['outcome'],
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300],
    registers,
  });
  new Gauge({
    name: 'diorama_render_queue_depth',
    help: 'Render jobs that wait for a worker; NaN while the database does not answer',
    registers,
    async collect() {
      // The database is asked, and when it is away the other metrics are needed most: the depth is then not a number.
      this.set(await withinPatience(depth()).catch(() => NaN));
    },
  });
  return { attempted: (outcome, took) => seconds.observe({ outcome }, took) };
}

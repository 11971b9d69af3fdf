import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

/** The process's Prometheus registry with the metrics of Node itself. */
export function createRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Seconds an HTTP request took, by method, route (its pattern, never the path) and status. */
export const createHttpMetrics = (registry: Registry): Histogram<'method' | 'route' | 'status'> =>
  new Histogram({
    name: 'diorama_http_request_seconds',
    help: 'Seconds until an HTTP response ended',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  });

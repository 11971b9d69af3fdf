import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { createRealtimeMetrics } from './realtime-metrics.js';

it('OPS-14: close codes that clients make up are one series', async () => {
  const registry = new Registry();
  const metrics = createRealtimeMetrics(registry);
  for (const code of [1000, 4400, 4400]) metrics.connectionClosed(code);
  for (let code = 3000; code < 4000; code++) metrics.connectionClosed(code);
  const closed = (await registry.metrics())
    .split('\n')
    .filter((line) => /^diorama_sync_closed_total/.test(line));
  expect(closed).toEqual([
    'diorama_sync_closed_total{code="1000"} 1',
    'diorama_sync_closed_total{code="4400"} 2',
    'diorama_sync_closed_total{code="other"} 1000',
  ]);
});

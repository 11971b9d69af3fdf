import type { Histogram } from '../../report/histogram.js';
import { gather } from '../crowd.js';
import { measureCpu, type JobIo } from '../job.js';
import type { Target } from '../target.js';
import { delay } from '../wait.js';

export interface SteadyParams {
  readonly target: Target;
  readonly clients: number;
  readonly writers: number;
  /** Writes a second of each writer. */
  readonly rate: number;
  readonly warmMs: number;
  readonly ms: number;
}

/** A histogram's quantile in milliseconds. */
export const milliseconds = (histogram: Histogram, q: number): number => histogram.quantile(q) / 1000;

/** One room at a rate that every server carries. */
export async function steady(params: SteadyParams, io: JobIo) {
  const crowd = await gather(params);
  crowd.load.start(params.rate);
  await delay(params.warmMs);
  crowd.tally.restart();
  const cpu = await measureCpu(params.target, params.ms, io);
  const { tally } = crowd;
  tally.isTiming = false;
  const result = {
    ...cpu,
    deliveries: tally.delivered / cpu.seconds,
    p50: milliseconds(tally.latency, 0.5),
    p99: milliseconds(tally.latency, 0.99),
    ackP50: milliseconds(tally.acknowledgement, 0.5),
    ackP95: milliseconds(tally.acknowledgement, 0.95),
  };
  crowd.load.stop();
  const drained = await crowd.drained(10_000);
  const converged = drained && (await crowd.converged());
  const refused = crowd.clients.reduce((sum, client) => sum + client.refusals, 0);
  crowd.close();
  return { ...result, converged: Number(converged), refused };
}

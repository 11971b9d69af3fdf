import { gather } from '../crowd.js';
import { residentBytes, treeOf } from '../processes.js';
import type { Target } from '../target.js';
import { delay, holdsWithin } from '../wait.js';
import { milliseconds } from './steady.js';

export interface OutageParams {
  readonly target: Target;
  readonly clients: number;
  readonly writers: number;
  readonly rate: number;
  readonly outageMs: number;
}

const MIB = 1024 * 1024;
const RECOVERY_TIMEOUT_MS = 60_000;

/** The database stands still for a while, under load. */
export async function outage(params: OutageParams) {
  const { target } = params;
  const crowd = await gather(params);
  const { tally, load } = crowd;
  load.start(params.rate);
  await delay(3_000);
  tally.restart();
  await delay(5_000);
  const p99Before = milliseconds(tally.latency, 0.99);
  const ackP95Before = milliseconds(tally.acknowledgement, 0.95);
  const before = residentBytes(target.serverPid);
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of treeOf(target.databasePids)) process.kill(pid, name);
  };

  let most = before;
  signal('SIGSTOP');
  tally.restart();
  const sampler = setInterval(() => (most = Math.max(most, residentBytes(target.serverPid))), 250);
  await delay(params.outageMs);
  const seconds = params.outageMs / 1000;
  const during = {
    deliveries: tally.delivered / seconds / (params.clients - 1) / params.writers / params.rate,
    p99: milliseconds(tally.latency, 0.99),
  };
  const savedDuring = tally.acknowledgement.count;
  signal('SIGCONT');
  const since = performance.now();
  // What had been written when it came back; the load goes on.
  const written = crowd.writers.map((writer) => writer.nextSeq);
  const saved = await holdsWithin(RECOVERY_TIMEOUT_MS, () =>
    crowd.writers.every((writer, at) => writer.savedSeq >= (written[at] ?? 0)),
  );
  const savedAfterMs = performance.now() - since;
  clearInterval(sampler);
  load.stop();
  const allSaved = await holdsWithin(RECOVERY_TIMEOUT_MS, () =>
    crowd.writers.every((writer) => writer.isSaved),
  );
  await crowd.drained(10_000);
  const converged = await crowd.converged();
  const refused = crowd.clients.reduce((sum, client) => sum + client.refusals, 0);
  const open = crowd.openClients;
  crowd.close();
  return {
    p99Before,
    ackP95Before,
    p99During: during.p99,
    deliveredShare: during.deliveries * 100,
    savedDuring,
    growth: (most - before) / MIB,
    savedAfterMs: saved && allSaved ? savedAfterMs : NaN,
    refused,
    open,
    converged: Number(converged),
  };
}

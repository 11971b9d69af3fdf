import { gather } from '../crowd.js';
import { measureCpu, type JobIo } from '../job.js';
import { residentBytes } from '../processes.js';
import type { Target } from '../target.js';
import { delay, holdsWithin } from '../wait.js';
import { milliseconds } from './steady.js';

export interface SlowParams {
  readonly target: Target;
  readonly clients: number;
  readonly writers: number;
  readonly slow: number;
  readonly rate: number;
  readonly warmMs: number;
  readonly pauseMs: number;
}

const MIB = 1024 * 1024;
const SLOW_CONSUMER = 1013;

/** Some clients stop reading for a while: what that costs the server and the others, and what becomes of them. */
export async function slow(params: SlowParams, io: JobIo) {
  const { target, writers } = params;
  const crowd = await gather(params);
  const { tally, load } = crowd;
  const sleepers = crowd.clients.slice(writers, writers + params.slow);
  let most = 0;
  const sampler = setInterval(() => (most = Math.max(most, residentBytes(target.serverPid))), 250);

  load.start(params.rate);
  await delay(params.warmMs);
  tally.restart();
  most = 0;
  await measureCpu(target, params.warmMs);
  const p99Before = milliseconds(tally.latency, 0.99);
  const before = most;

  for (const { socket } of sleepers) socket.pause();
  tally.restart();
  most = 0;
  const cpu = await measureCpu(target, params.pauseMs, io);
  const growth = (most - before) / MIB;
  const p99 = milliseconds(tally.latency, 0.99);
  tally.isTiming = false;
  clearInterval(sampler);

  for (const { socket } of sleepers) socket.resume();
  const since = performance.now();
  // The load goes on: caught up is who has what had been written when they woke.
  const seen = crowd.writers.map((writer) => writer.nextSeq - 1);
  const done = await holdsWithin(30_000, () =>
    sleepers.every(
      (sleeper) => !sleeper.socket.isOpen || seen.every((seq, at) => (sleeper.last[at] ?? -1) >= seq),
    ),
  );
  const catchUpMs = performance.now() - since;
  load.stop();
  await crowd.drained(
    10_000,
    crowd.clients.filter((client) => client.socket.isOpen),
  );
  const converged = await crowd.converged();
  const closed = sleepers.filter(({ socket }) => socket.closeCode === SLOW_CONSUMER).length;
  const broken = sleepers.filter(({ socket }) => !socket.isOpen).length - closed;
  crowd.close();
  return {
    ...cpu,
    growth,
    p99Before,
    p99,
    catchUpMs: done ? catchUpMs : NaN,
    closed,
    broken,
    converged: Number(converged && done),
  };
}

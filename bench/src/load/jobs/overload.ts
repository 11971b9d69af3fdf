import { Histogram } from '../../report/histogram.js';
import { gather, type Crowd } from '../crowd.js';
import { measureCpu, startCpuSpan } from '../job.js';
import type { Target } from '../target.js';
import { delay } from '../wait.js';
import { milliseconds } from './steady.js';

export interface OverloadParams {
  readonly target: Target;
  readonly clients: number;
  readonly writers: number;
  /** Writes a second of each writer: more than the server can carry. */
  readonly rate: number;
  readonly ms: number;
  /** The rate before and after. */
  readonly normalRate: number;
  /** How long the recovery is watched. */
  readonly watchMs: number;
}

const WINDOW_MS = 250;
/** Latency is back to normal below this, or below twice what it was before if that is more. */
const NORMAL_MS = 50;
/** 3 s: for so long it has to stay normal; machines hiccup by themselves, so that for ever would ask too much. */
const CALM_WINDOWS = 12;
const SETTLE_MS = 500;

/** Normal load, far too much, normal load again: what is delivered, and how long the traces last. */
export async function overload(params: OverloadParams) {
  const crowd = await gather({ ...params, timedEvery: 10 });
  const { tally, load } = crowd;
  load.start(params.normalRate);
  await delay(1_000);
  tally.restart();
  await measureCpu(params.target, 3_000);
  const p99Before = milliseconds(tally.latency, 0.99);
  tally.isTiming = false;

  load.start(params.rate);
  await delay(SETTLE_MS);
  tally.restart();
  const span = startCpuSpan(params.target);
  await delay(params.ms);
  const { seconds, serverCpu, loadCpu } = span();
  const during = {
    deliveries: tally.delivered / seconds,
    covered: tally.covered / seconds,
    p99During: milliseconds(tally.latency, 0.99),
    serverCpu,
    loadCpu,
    withheld: load.withheld / seconds,
  };

  load.start(params.normalRate);
  const recoverySeconds = await watchRecovery(crowd, params.watchMs, Math.max(NORMAL_MS, 2 * p99Before));
  load.stop();
  const drained = await crowd.drained(30_000);
  const open = crowd.openClients;
  const closed = crowd.clients.filter(({ socket }) => !socket.isOpen);
  const closedWith = [...new Set(closed.map(({ socket }) => `${socket.closeCode} ${socket.closeReason}`))];
  const converged = drained && (await crowd.converged());
  crowd.close();
  return { ...during, p99Before, recoverySeconds, open, closedWith, converged: Number(converged) };
}

/** Seconds until writes take a normal time again, and go on to for a while; NaN if they do not within the time. */
async function watchRecovery(crowd: Crowd, watchMs: number, normalMs: number): Promise<number> {
  const { tally } = crowd;
  const windows = Array.from({ length: Math.ceil(watchMs / WINDOW_MS) }, () => new Histogram());
  tally.restart();
  const since = tally.since;
  tally.onLatency = (took, meant) => windows[Math.floor((meant - since) / WINDOW_MS)]?.add(took * 1000);
  await delay(watchMs);
  tally.onLatency = undefined;
  tally.isTiming = false;
  // The last window is not over yet.
  const isNormal = windows
    .slice(0, -1)
    .map((window) => window.count > 0 && milliseconds(window, 0.99) <= normalMs);
  const recovered = isNormal.findIndex((_, at) => isCalm(isNormal.slice(at, at + CALM_WINDOWS)));
  return recovered < 0 ? NaN : (recovered * WINDOW_MS) / 1000;
}

const isCalm = (windows: readonly boolean[]): boolean =>
  windows.length === CALM_WINDOWS && windows.every(Boolean);

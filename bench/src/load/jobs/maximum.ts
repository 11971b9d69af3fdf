import { gather } from '../crowd.js';
import { startCpuSpan, type JobIo } from '../job.js';
import type { Target } from '../target.js';
import { delay } from '../wait.js';
import { milliseconds } from './steady.js';

export interface MaximumParams {
  readonly target: Target;
  readonly clients: number;
  readonly writers: number;
  readonly startRate: number;
  /** Each step's rate is the last one's times this. */
  readonly factor: number;
  readonly stepMs: number;
}

export interface Step {
  /** Writes a second of each writer. */
  readonly rate: number;
  readonly deliveries: number;
  /** Deliveries and those that a newer pose of the same writer replaced on their way. */
  readonly covered: number;
  readonly p99: number;
  readonly serverCpu: number;
  readonly loadCpu: number;
  /** Writes that did not leave since the server had not taken those before. */
  readonly withheld: number;
  readonly open: number;
}

const SETTLE_MS = 700;

/** Raises the rate until deliveries stop growing. */
export async function maximum(params: MaximumParams, io: JobIo) {
  const { target, clients } = params;
  const crowd = await gather({ ...params, timedEvery: 10 });
  const steps: Step[] = [];
  let best: Step | undefined;
  let withoutGain = 0;
  await io.measuring(true);
  for (let rate = params.startRate; withoutGain < 2; rate *= params.factor) {
    crowd.load.start(rate);
    await delay(SETTLE_MS);
    crowd.tally.restart();
    const before = crowd.load.withheld;
    const span = startCpuSpan(target);
    await delay(params.stepMs);
    const { tally, load } = crowd;
    const { seconds, serverCpu, loadCpu } = span();
    tally.isTiming = false;
    const step: Step = {
      rate,
      deliveries: tally.delivered / seconds,
      covered: tally.covered / seconds,
      p99: milliseconds(tally.latency, 0.99),
      serverCpu,
      loadCpu,
      withheld: (load.withheld - before) / seconds,
      open: crowd.openClients,
    };
    steps.push(step);
    const most = best?.covered ?? 0;
    withoutGain = step.covered > most * 1.04 ? 0 : withoutGain + 1;
    if (step.covered > most) best = step;
    // What collapsed does not get up again at a higher rate.
    if (step.covered < most / 2 || step.open < clients) break;
    load.stop();
    await crowd.drained(3_000);
  }
  await io.measuring(false);
  crowd.close();
  return { steps, best: best as Step };
}

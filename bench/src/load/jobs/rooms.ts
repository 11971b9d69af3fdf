import { Crowd } from '../crowd.js';
import { measureCpu, type JobIo } from '../job.js';
import { Tally } from '../tally.js';
import { createRooms, type Target } from '../target.js';
import { delay, holdsWithin } from '../wait.js';
import { WriteLoad } from '../write-load.js';
import { milliseconds } from './steady.js';

export interface RoomsParams {
  readonly target: Target;
  readonly rooms: number;
  readonly clients: number;
  readonly rate: number;
  readonly warmMs: number;
  readonly ms: number;
}

/** Many small rooms, one writer in each. */
export async function rooms(params: RoomsParams, io: JobIo) {
  const { target, clients } = params;
  const tally = new Tally();
  const names = await createRooms(target, params.rooms);
  const crowds: Crowd[] = [];
  for (const [firstWriter, room] of names.entries())
    crowds.push(await new Crowd({ target, room, clients, writers: 1, firstWriter, tally }).connect());
  const load = new WriteLoad(
    crowds.flatMap((crowd) => crowd.writers),
    tally,
  );
  load.start(params.rate);
  await delay(params.warmMs);
  tally.restart();
  const cpu = await measureCpu(target, params.ms, io);
  tally.isTiming = false;
  const result = {
    ...cpu,
    deliveries: tally.delivered / cpu.seconds,
    p50: milliseconds(tally.latency, 0.5),
    p99: milliseconds(tally.latency, 0.99),
    ackP95: milliseconds(tally.acknowledgement, 0.95),
  };
  load.stop();
  const drained = await holdsWithin(10_000, () =>
    crowds.every((crowd) => crowd.clients.every((client) => crowd.hasAll(client))),
  );
  for (const crowd of crowds) crowd.close();
  return { ...result, converged: Number(drained) };
}

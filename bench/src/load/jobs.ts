import { drag, growth } from './jobs/growth.js';
import { join, open, seedAndLeave } from './jobs/join.js';
import { maximum } from './jobs/maximum.js';
import { memory } from './jobs/memory.js';
import { outage } from './jobs/outage.js';
import { overload } from './jobs/overload.js';
import { presence } from './jobs/presence.js';
import { rooms } from './jobs/rooms.js';
import { slow } from './jobs/slow.js';
import { steady } from './jobs/steady.js';

/** What the load generator can be told to do. */
export const JOBS = {
  steady,
  maximum,
  overload,
  rooms,
  slow,
  join,
  seedAndLeave,
  open,
  memory,
  presence,
  growth,
  drag,
  outage,
};

export type Jobs = typeof JOBS;
export type JobName = keyof Jobs;

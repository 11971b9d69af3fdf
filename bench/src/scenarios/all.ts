import { max, overload, presence, rooms, steady } from './fan-out.js';
import { cold, growth, join, memory, outage, slow } from './rooms-and-memory.js';
import type { Scenario } from './scenario.js';

/** In the order in which they run: `overload` takes the best rate that `max` found. */
export const SCENARIOS: readonly Scenario[] = [
  steady,
  max,
  overload,
  rooms,
  presence,
  slow,
  join,
  cold,
  memory,
  growth,
  outage,
];

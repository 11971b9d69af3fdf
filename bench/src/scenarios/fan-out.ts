import type { MaximumParams } from '../load/jobs/maximum.js';
import { DEFAULT_SERVERS, type RunningServer } from '../servers/servers.js';
import type { Figure, Scenario, Stage } from './scenario.js';

const CPU: readonly Figure[] = [
  { key: 'serverCpu', label: 'CPU, server and database', unit: '%' },
  { key: 'databaseCpu', label: 'of it a separate database', unit: '%' },
  { key: 'loadCpu', label: 'CPU of the load generator', unit: '%' },
];
const crowd = { clients: 100, writers: 20 };

/** V8 compiles for so long what a server does all the time; in that time it takes up to a fifth of a core. */
const WARM_MS = 15_000;

export const steady: Scenario = {
  name: 'steady',
  title: '100 clients, 20 of them writing at 30 Hz',
  note: 'Latency runs from the moment a write was meant to leave to the moment another client has it.',
  servers: DEFAULT_SERVERS,
  figures: [
    { key: 'serverCpu', label: 'CPU, server and database', unit: '%', target: '≤ 25 %' },
    ...CPU.slice(1),
    { key: 'p50', label: 'latency p50', unit: 'ms' },
    { key: 'p99', label: 'latency p99', unit: 'ms', target: '< 15 ms' },
    { key: 'ackP50', label: 'acknowledged (committed) p50', unit: 'ms' },
    { key: 'ackP95', label: 'acknowledged (committed) p95', unit: 'ms', target: '< 50 ms' },
    { key: 'deliveries', label: 'deliveries', unit: '/s' },
    { key: 'converged', label: 'replicas converged', unit: 'yes' },
  ],
  async measure({ start, run, quick }) {
    const { target } = await start();
    return run('steady', {
      target,
      ...crowd,
      rate: 30,
      warmMs: quick ? 3_000 : WARM_MS,
      ms: quick ? 3_000 : 15_000,
    });
  },
};

async function findMaximum({ run, quick, say, found, server }: Stage, { target }: RunningServer) {
  const params: MaximumParams = {
    target,
    ...crowd,
    startRate: 30,
    factor: quick ? 2 : 1.35,
    stepMs: quick ? 1_500 : 3_000,
  };
  const { best, steps } = await run('maximum', params);
  for (const step of steps)
    say(
      `${step.rate.toFixed(0)} Hz: ${(step.deliveries / 1e6).toFixed(3)} M/s, with replaced ones ${(step.covered / 1e6).toFixed(3)} M/s, p99 ${step.p99.toFixed(0)} ms, ` +
        `server ${step.serverCpu.toFixed(0)} %, load ${step.loadCpu.toFixed(0)} %`,
    );
  const most = Math.max(...steps.map(({ deliveries }) => deliveries));
  found.set(`best ${server}`, Math.max(most, found.get(`best ${server}`) ?? 0));
  found.set(`covered ${server}`, Math.max(best.covered, found.get(`covered ${server}`) ?? 0));
  found.set(`rate ${server}`, best.covered / ((crowd.clients - 1) * crowd.writers));
  return { best, steps };
}

export const max: Scenario = {
  name: 'max',
  title: 'Maximum deliveries, 100 clients, 20 of them writing',
  note: 'The rate is raised until deliveries stop growing, whatever the latency. A delivery is a write that became visible to a client that did not make it. Under load a server may send the state that several writes of one person led to instead of each of them; such poses are in the first row and not in the second.',
  servers: DEFAULT_SERVERS,
  figures: [
    {
      key: 'covered',
      label: 'deliveries, poses that a newer one replaced on the way included',
      unit: '/s',
      target: '≥ 2 × hocuspocus, ≥ 0.8 × relay',
    },
    { key: 'deliveries', label: 'of them single poses', unit: '/s' },
    { key: 'most', label: 'most deliveries of single poses at any rate', unit: '/s' },
    { key: 'within', label: 'deliveries with p99 < 100 ms', unit: '/s' },
    { key: 'rate', label: 'at writes a second of each writer', unit: '/s' },
    { key: 'p99', label: 'latency p99 there', unit: 'ms' },
    { key: 'serverCpu', label: 'CPU, server and database, there', unit: '%' },
    { key: 'loadCpu', label: 'CPU of the load generator there', unit: '%' },
  ],
  async measure(stage) {
    const { best, steps } = await findMaximum(stage, await stage.start());
    const within = steps.filter(({ p99 }) => p99 < 100).map(({ covered }) => covered);
    const mostSingle = Math.max(...steps.map(({ deliveries }) => deliveries));
    return { ...best, most: mostSingle, within: within.length > 0 ? Math.max(...within) : NaN };
  },
};

const FACTORS = [2, 4, 10] as const;

export const overload: Scenario = {
  name: 'overload',
  title: 'Two, four and ten times the load that it can carry',
  note: 'Each server at multiples of its own best rate for 10 s, between two spans at 30 Hz. Writers whose socket does not drain leave poses out, as an editor would. Recovery is the time until p99 is below 50 ms, or twice what it was, and stays there for 3 s.',
  servers: DEFAULT_SERVERS,
  figures: FACTORS.flatMap((factor): Figure[] => [
    { key: `share${factor}`, label: `${factor} ×: deliveries, of its best`, unit: '%', target: '≥ 80 %' },
    { key: `covered${factor}`, label: `${factor} ×: with poses that a newer one replaced`, unit: '%' },
    { key: `recovery${factor}`, label: `${factor} ×: recovered after`, unit: 's', target: '< 5 s' },
    { key: `converged${factor}`, label: `${factor} ×: replicas converged`, unit: 'yes' },
    { key: `open${factor}`, label: `${factor} ×: connections that stayed`, unit: '' },
  ]),
  rounds: 1,
  async measure(stage) {
    const { found, server, start, run, quick, say } = stage;
    if (!found.has(`best ${server}`)) await findMaximum(stage, await start());
    const best = found.get(`best ${server}`) ?? NaN;
    const carried = found.get(`rate ${server}`) ?? NaN;
    const figures: Record<string, number> = {};
    for (const factor of FACTORS) {
      const { target } = await start();
      const rate = carried * factor;
      const ms = quick ? 3_000 : 10_000;
      const watchMs = quick ? 6_000 : 20_000;
      const result = await run('overload', { target, ...crowd, rate, ms, normalRate: 30, watchMs });
      say(`${factor} × ${carried.toFixed(0)} Hz: ${JSON.stringify(result)}`);
      figures[`share${factor}`] = (result.deliveries / best) * 100;
      figures[`covered${factor}`] = (result.covered / (found.get(`covered ${server}`) ?? NaN)) * 100;
      figures[`recovery${factor}`] = result.recoverySeconds;
      figures[`converged${factor}`] = result.converged;
      figures[`open${factor}`] = result.open;
    }
    return figures;
  },
};

export const rooms: Scenario = {
  name: 'rooms',
  title: '200 rooms of 4 clients, one writing at 30 Hz in each',
  note: 'Little to join: each write goes to three others.',
  servers: DEFAULT_SERVERS,
  figures: [
    { key: 'serverCpu', label: 'CPU, server and database', unit: '%', target: '≤ 45 %' },
    ...CPU.slice(1),
    { key: 'p50', label: 'latency p50', unit: 'ms' },
    { key: 'p99', label: 'latency p99', unit: 'ms' },
    { key: 'ackP95', label: 'acknowledged (committed) p95', unit: 'ms' },
    { key: 'deliveries', label: 'deliveries', unit: '/s' },
    { key: 'converged', label: 'all clients saw all writes', unit: 'yes' },
  ],
  async measure({ start, run, quick }) {
    const { target } = await start();
    const ms = quick ? 3_000 : 12_000;
    return run('rooms', {
      target,
      rooms: quick ? 40 : 200,
      clients: 4,
      rate: 30,
      warmMs: quick ? 3_000 : WARM_MS,
      ms,
    });
  },
};

export const presence: Scenario = {
  name: 'presence',
  title: '500 clients moving their cursors at 10 Hz in one room',
  note: 'Awareness updates. Deliveries are counted at every tenth client; a state that a newer one replaced on the way is none.',
  servers: DEFAULT_SERVERS,
  figures: [
    ...CPU,
    { key: 'p50', label: 'latency p50', unit: 'ms' },
    { key: 'p99', label: 'latency p99', unit: 'ms', target: '< 100 ms' },
    { key: 'deliveries', label: 'deliveries', unit: '/s' },
    { key: 'open', label: 'connections that stayed', unit: '' },
  ],
  async measure({ start, run, quick }) {
    const { target } = await start();
    const ms = quick ? 3_000 : 10_000;
    return run('presence', { target, clients: quick ? 100 : 500, rate: 10, warmMs: 4_000, ms });
  },
};

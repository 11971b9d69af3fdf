import { LocalBus } from '../../server/src/adapters/local-bus/local-bus.js';
import { NO_BUS_METRICS } from '../../server/src/rooms/bus/bus-metrics.js';
import { LossyBus } from './lossy-bus.js';
import { startMigratedPglite } from './pglite.js';
import { startRealtime, type TestRealtime } from './realtime.js';

/** A server of a cluster in this process. */
export interface ClusterMember extends TestRealtime {
  readonly bus: LossyBus;
  /** Messages of others that it has had to read. */
  received(): number;
}

/** Several servers on one database and one bus, in this process: what they say to each other can be lost at will. */
export interface TestCluster {
  readonly members: readonly ClusterMember[];
  /** One server more; who starts it stops it. */
  join(): Promise<ClusterMember>;
  stop(): Promise<void>;
}

type Overrides = Parameters<typeof startRealtime>[1];

export async function startCluster(count: number, overrides: Overrides = {}): Promise<TestCluster> {
  const pglite = await startMigratedPglite();
  const hub = new LocalBus();
  const buses = new Set<LossyBus>();
  const join = async (): Promise<ClusterMember> => {
    const bus = new LossyBus(hub.join(), buses);
    buses.add(bus);
    const watch = { lostMs: 200, connectedMs: 60_000 };
    // Nothing that is shown here has to survive a slow machine.
    const limits = { relayHoldMs: 20 };
    let received = 0;
    const busMetrics = { ...NO_BUS_METRICS, received: () => void received++ };
    const realtime = await startRealtime(pglite.database, { bus, watch, busMetrics, limits, ...overrides });
    return { ...realtime, bus, received: () => received };
  };
  const members: ClusterMember[] = [];
  for (let at = 0; at < count; at++) members.push(await join());
  return {
    members,
    join,
    async stop() {
      for (const member of members) {
        member.database.fail();
        member.database.release();
        await member.stop();
        await member.bus.close();
      }
      await pglite.stop();
    },
  };
}

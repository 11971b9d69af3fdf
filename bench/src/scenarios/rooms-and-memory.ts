import { inspectorUrl } from '../servers/inspector.js';
import { DEFAULT_SERVERS, DIORAMA, DOCUMENT_SERVERS, PERSISTENT_SERVERS } from '../servers/servers.js';
import { median } from '../report/statistics.js';
import type { Scenario } from './scenario.js';

export const slow: Scenario = {
  name: 'slow',
  title: '10 of 100 clients stop reading for a minute, 20 write at 120 Hz',
  note: 'At 30 Hz the kernel’s socket buffers alone would hold what a client misses in a minute.',
  servers: DEFAULT_SERVERS,
  rounds: 1,
  figures: [
    { key: 'growth', label: 'growth of the server’s memory (RSS)', unit: 'MB', target: '< 32 MB' },
    { key: 'p99Before', label: 'latency p99 before', unit: 'ms' },
    { key: 'p99', label: 'latency p99 of the 90 meanwhile', unit: 'ms' },
    { key: 'catchUpMs', label: 'the 10 have caught up after', unit: 'ms' },
    { key: 'closed', label: 'closed with 1013', unit: '' },
    { key: 'broken', label: 'closed otherwise', unit: '' },
    { key: 'converged', label: 'all converged', unit: 'yes' },
    { key: 'serverCpu', label: 'CPU, server and database', unit: '%' },
  ],
  async measure({ start, run, quick }) {
    const { target } = await start();
    const times = { warmMs: quick ? 2_000 : 10_000, pauseMs: quick ? 8_000 : 60_000 };
    return run('slow', { target, clients: 100, writers: 20, slow: 10, rate: 120, ...times });
  },
};

export const join: Scenario = {
  name: 'join',
  title: '50 clients join a scene of 10,000 nodes at once, beside a busy room',
  note: 'From the first connect until all 50 have the whole state; the scene is changed before each time. The busy room has 20 clients, 5 of them writing at 30 Hz. Reconnecting counts the bytes of both directions, handshake included.',
  servers: DOCUMENT_SERVERS,
  figures: [
    { key: 'joinMs', label: 'all 50 synced', unit: 'ms', target: '≤ 350 ms' },
    { key: 'worstJoinMs', label: 'worst of the repeats', unit: 'ms' },
    { key: 'besideP99', label: 'latency p99 of the busy room meanwhile', unit: 'ms', target: '< 50 ms' },
    { key: 'loadCpu', label: 'CPU of the load generator meanwhile', unit: '%' },
    { key: 'reconnectBytes', label: 'reconnecting with nothing missed', unit: 'B', target: '< 2 kB' },
    { key: 'stateBytes', label: 'size of the state', unit: 'B' },
    { key: 'converged', label: 'the state is complete', unit: 'yes' },
  ],
  async measure({ start, run, quick }) {
    const { target } = await start();
    const repeats = quick ? 2 : 5;
    return run('join', { target, nodes: 10_000, joins: 50, repeats, clients: 20, writers: 5, rate: 30 });
  },
};

export const cold: Scenario = {
  name: 'cold',
  title: 'First open of a scene of 10,000 nodes after a restart of the server',
  note: 'From connecting to the whole state, and to its first byte. The server has just started; the median of three restarts in each round.',
  servers: PERSISTENT_SERVERS,
  figures: [
    { key: 'firstByteMs', label: 'first byte of the scene', unit: 'ms' },
    { key: 'syncedMs', label: 'synced', unit: 'ms', target: '< 300 ms' },
    { key: 'complete', label: 'the state is complete', unit: 'yes' },
  ],
  async measure({ start, run, quick, server }) {
    const running = await start();
    const nodes = 10_000;
    // hocuspocus stores two seconds after the last change.
    const storeMs = server === 'hocuspocus-postgres' ? 5_000 : 500;
    const { room } = await run('seedAndLeave', { target: running.target, nodes, storeMs });
    const opened = [];
    for (let time = 0; time < (quick ? 1 : 3); time++) {
      await running.restart();
      opened.push(await run('open', { target: running.target, room, nodes }));
    }
    return {
      firstByteMs: median(opened.map(({ firstByteMs }) => firstByteMs)),
      syncedMs: median(opened.map(({ syncedMs }) => syncedMs)),
      complete: Math.min(...opened.map(({ complete }) => complete)),
    };
  },
};

const bytes = (key: string, label: string, target?: string) =>
  ({ key, label, unit: 'B', ...(target === undefined ? {} : { target }) }) as const;

export const memory: Scenario = {
  name: 'memory',
  title: 'Memory of connections and rooms',
  note: 'In use: heap and external memory of the server’s main thread after a forced collection. Resident: growth of the process (RSS) with all of its threads, 12 s after the last thing was done.',
  servers: DOCUMENT_SERVERS,
  rounds: 1,
  figures: [
    bytes('connectionBytes', 'an idle connection, in use', '< 20 kB'),
    bytes('connectionResident', 'an idle connection, resident', '< 20 kB'),
    bytes('roomBytes', 'a room with 10,000 nodes, in use', '< 30 MB'),
    bytes('roomResident', 'a room with 10,000 nodes, resident', '< 30 MB'),
    bytes('leftBytes', '1,000 rooms opened and left, in use', '≈ 0'),
    bytes('leftResident', '1,000 rooms opened and left, resident', '≈ 0'),
    bytes('resident', 'the process at the end, resident'),
  ],
  async measure({ start, run, quick }) {
    const server = await start({ inspect: true });
    return run('memory', {
      target: server.target,
      inspector: inspectorUrl(server.logs()),
      connections: quick ? 200 : 1_000,
      largeRooms: quick ? 2 : 4,
      nodes: 10_000,
      rooms: quick ? 100 : 1_000,
    });
  },
};

export const growth: Scenario = {
  name: 'growth',
  title: 'Growth of a document',
  note: '36,000 writes that alternate between two keys of one node; and, by the SDK’s live lane, 50 nodes dragged for a minute.',
  servers: DOCUMENT_SERVERS,
  rounds: 1,
  figures: [
    bytes('growthBytes', '36,000 writes alternating two keys'),
    bytes('dragBytes', '50 nodes dragged for a minute', '< 10 kB'),
  ],
  async measure({ start, run, quick, server }) {
    const { target } = await start();
    const { growthBytes } = await run('growth', { target, writes: quick ? 3_600 : 36_000 });
    if (!DIORAMA.includes(server)) return { growthBytes, dragBytes: NaN };
    const dragged = await run('drag', { target, nodes: 50, ms: quick ? 5_000 : 60_000, rate: 60 });
    return { growthBytes, dragBytes: dragged.growthBytes };
  },
};

export const outage: Scenario = {
  name: 'outage',
  title: 'The database stands still for 30 s under load',
  note: 'All processes of Postgres are stopped (SIGSTOP) and go on later. 50 clients, 10 of them writing at 30 Hz throughout.',
  servers: ['diorama-postgres'],
  rounds: 1,
  figures: [
    { key: 'p99Before', label: 'latency p99 before', unit: 'ms' },
    { key: 'p99During', label: 'latency p99 meanwhile', unit: 'ms' },
    { key: 'deliveredShare', label: 'writes that were delivered meanwhile', unit: '%' },
    { key: 'savedDuring', label: 'writes acknowledged meanwhile', unit: '', target: '≈ 0' },
    { key: 'growth', label: 'growth of the server’s memory (RSS)', unit: 'MB' },
    { key: 'savedAfterMs', label: 'all is acknowledged after its return within', unit: 'ms' },
    { key: 'refused', label: 'writes refused', unit: '' },
    { key: 'open', label: 'connections that stayed', unit: '' },
    { key: 'converged', label: 'replicas converged', unit: 'yes' },
  ],
  async measure({ start, run, quick }) {
    const { target } = await start();
    const outageMs = quick ? 8_000 : 30_000;
    return run('outage', { target, clients: 50, writers: 10, rate: 30, outageMs });
  },
};

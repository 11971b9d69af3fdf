// npm run bench:cluster: two servers on one Postgres and Redis. How long an edit takes from one to the other, and what an outage of
// Redis costs.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import * as Y from 'yjs';
import { startClusterProcesses } from '../../test/support/cluster-processes.js';
import { Http } from '../../test/support/http.js';
import { putNode } from '../../test/support/scene-edits.js';
import type { ServerProcess } from '../../test/support/server-process.js';
import { SyncClient } from '../../test/support/sync-client.js';
import { issueToken } from '../../test/support/tokens.js';
import { machine } from './report/machine.js';
import { writeSection } from './report/results.js';

const RESULTS = fileURLToPath(new URL('../RESULTS.md', import.meta.url));
/** Shorter runs are for whoever works on it. */
const SECONDS_THAT_COUNT = 20;
const WARM_UP_MS = 3_000;

const { values } = parseArgs({
  options: {
    writers: { type: 'string', default: '10' },
    hertz: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '20' },
    outage: { type: 'string', default: '20' },
  },
});
const [writers, hertz, seconds, outage] = [values.writers, values.hertz, values.seconds, values.outage].map(
  Number,
) as [number, number, number, number];
if ([writers, hertz, seconds, outage].some((value) => !(value > 0)))
  throw new Error('use: npm run bench:cluster -- --writers 10 --hertz 10 --seconds 20 --outage 20');

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;
const at = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
const spread = (latencies: readonly number[]): string => {
  const sorted = [...latencies].sort((a, b) => a - b);
  const parts = [0.5, 0.95, 0.99].map((part) => milliseconds(at(sorted, part)));
  return `p50 ${parts[0]}, p95 ${parts[1]}, p99 ${parts[2]}, most ${milliseconds(sorted.at(-1) ?? Number.NaN)} (${sorted.length} edits)`;
};

async function open(server: ServerProcess, sceneId: string): Promise<SyncClient> {
  const client = new SyncClient({ url: server.url, sceneId, token: await issueToken() });
  await client.synced;
  return client;
}

/** What one server's clients see of what is written: the time of the last write of each writer, and how late it came. */
class Watcher {
  readonly client: SyncClient;
  readonly last = new Map<string, number>();
  latencies: { readonly writer: string; readonly ms: number }[] = [];

  constructor(client: SyncClient) {
    this.client = client;
    client.doc.getMap('nodes').observeDeep((events) => {
      const now = performance.now();
      for (const { target } of events) {
        if (!(target instanceof Y.Map)) continue;
        const writer: unknown = target.get('writer');
        if (typeof writer !== 'string') continue;
        const written = target.get('value') as number;
        if (written === this.last.get(writer)) continue;
        this.last.set(writer, written);
        this.latencies.push({ writer, ms: now - written });
      }
    });
  }

  /** Since the last call: of writers on this server, and of those on the other. */
  take(own: string): { here: number[]; there: number[] } {
    const taken = this.latencies;
    this.latencies = [];
    const of = (isOwn: boolean): number[] =>
      taken.filter(({ writer }) => writer.startsWith(own) === isOwn).map(({ ms }) => ms);
    return { here: of(true), there: of(false) };
  }
}

const cluster = await startClusterProcesses();
try {
  const servers = [await cluster.start(), await cluster.start()] as const;
  const http = new Http({ url: servers[0].url, token: await issueToken() });
  const { scene_id: sceneId } = await http.createScene();
  const watchers = [
    new Watcher(await open(servers[0], sceneId)),
    new Watcher(await open(servers[1], sceneId)),
  ] as const;
  const written = new Map<string, number>();
  const clients: SyncClient[] = [];
  const timers: NodeJS.Timeout[] = [];
  for (const [side, server] of servers.entries()) {
    for (let by = 0; by < writers; by++) {
      const name = `s${side}-${by}`;
      const client = await open(server, sceneId);
      clients.push(client);
      putNode(client.doc, name, 0);
      const node = client.doc.getMap('nodes').get(name) as Y.Map<unknown>;
      node.set('writer', name);
      await delay(1_000 / hertz / writers);
      timers.push(
        setInterval(() => {
          const now = performance.now();
          written.set(name, now);
          node.set('value', now);
        }, 1_000 / hertz),
      );
    }
  }

  const take = (): { here: number[]; there: number[] } => {
    const [one, two] = [watchers[0].take('s0'), watchers[1].take('s1')];
    return { here: [...one.here, ...two.here], there: [...one.there, ...two.there] };
  };
  const converged = async (): Promise<number> => {
    const began = performance.now();
    const wanted = new Map(written);
    const behind = (): boolean =>
      watchers.some(({ last }) => [...wanted].some(([name, value]) => (last.get(name) ?? 0) < value));
    while (behind()) await delay(5);
    return performance.now() - began;
  };

  await delay(WARM_UP_MS);
  take();
  await delay(seconds * 1_000);
  const normal = take();
  const lines = [
    `- Clients of the other server: ${spread(normal.there)}.`,
    `- Clients of the same server: ${spread(normal.here)}.`,
  ];
  say(lines.join('\n'));

  await cluster.redis.kill();
  await delay(outage * 1_000);
  const away = take();
  lines.push(`- Redis killed, for ${outage} s: clients of the other server ${spread(away.there)}.`);
  say(lines.at(-1) ?? '');
  await cluster.redis.restart();
  lines.push(
    `- From Redis' return until all that had been written was on both servers: ${milliseconds(await converged())}.`,
  );
  say(lines.at(-1) ?? '');
  await delay(1_000);
  take();
  await delay(seconds * 1_000);
  lines.push(`- Afterwards: clients of the other server ${spread(take().there)}.`);
  say(lines.at(-1) ?? '');

  for (const timer of timers) clearInterval(timer);
  await Promise.all(clients.map((client) => client.allSaved()));
  await converged();
  const reader = new Watcher(await open(servers[1], sceneId));
  const nodes = reader.client.doc.getMap<Y.Map<unknown>>('nodes');
  const lost = [...written].filter(([name, value]) => nodes.get(name)?.get('value') !== value);
  lines.push(`- Lost: **${lost.length}**.`);
  say(lines.at(-1) ?? '');
  for (const client of [...clients, reader.client, ...watchers.map((watcher) => watcher.client)])
    client.drop();
  if (seconds >= SECONDS_THAT_COUNT && outage >= SECONDS_THAT_COUNT)
    writeSection(
      RESULTS,
      'cluster',
      `## Two servers\n\nTwo servers, one Postgres, one Redis, ${writers} writers of ${hertz} Hz on each, one scene; servers, databases and load share all cores. ` +
        `From an edit to its arrival at a client:\n\n${lines.join('\n')}\n\n` +
        `\`npm run bench:cluster -- --writers ${writers} --hertz ${hertz} --seconds ${seconds} --outage ${outage}\`, ` +
        `${new Date().toISOString().slice(0, 10)}. ${machine()}.`,
    );
} finally {
  await cluster.stop();
}

// npm run bench:fuzz: sends a server 100,000 frames that no honest client sends, and looks what became of it and of those who work on it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzzRound, stillHolds, type FuzzResult } from '../../test/support/hostile/fuzz-round.js';
import { Http } from '../../test/support/http.js';
import { seededRandom } from '../../test/support/random.js';
import { startServer } from '../../test/support/server-process.js';
import { JWT_SECRET } from '../../test/support/tokens.js';
import { residentBytes } from './load/processes.js';
import { machine } from './report/machine.js';
import { writeSection } from './report/results.js';
import { Inspector, inspectorUrl } from './servers/inspector.js';
import { exitOnSignals } from './servers/leave-nothing.js';

const RESULTS = fileURLToPath(new URL('../RESULTS.md', import.meta.url));
/** Fewer frames are for whoever works on it. */
const FRAMES_THAT_COUNT = 50_000;
/** One scene is attacked for so long; then it is left, and the next one comes. The first one warms the server up. */
const ROUNDS = 10;
/** A room ends seconds after its last client; one that stays open for so long stays for ever. */
const ROOMS_CLOSE_WITHIN_MS = 120_000;
/**
 * Then the server still makes a version of the scene, for which it may hold 10 MB more of it than of another one, and threads that have nothing to do have not
 * ended: memory is compared between times at which it rests.
 */
const AT_REST_AFTER_MS = 20_000;
/** Memory is flat when the last round leaves at most so much more behind than the first: in use after a collection, and resident. */
const FLAT_IN_USE = 8e6;
const FLAT_RESIDENT = 64e6;

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

const list = (counts: ReadonlyMap<unknown, number>): string =>
  [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([key, count]) => `${String(key)} ${count}`)
    .join(', ');

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '20260101' },
  },
});
const [frames, seed] = [Number(values.frames), Number(values.seed)];
if (!(Number.isInteger(frames) && frames >= ROUNDS && Number.isInteger(seed)))
  throw new Error('use: npm run bench:fuzz -- --frames 100000 [--seed n]');

exitOnSignals();
const dataDir = await mkdtemp(join(tmpdir(), 'diorama-fuzz-'));
const env = {
  DEMO: 'false',
  RENDER_WORKERS: '0',
  LOG_LEVEL: 'error',
  AUTH_JWT_SECRET: JWT_SECRET,
};
const faults: string[] = [];
const results: FuzzResult[] = [];
let most = 0;
try {
  const server = await startServer({ dataDir, env: { ...env, NODE_OPTIONS: '--inspect=127.0.0.1:0' } });
  const inspector = await Inspector.connect(inspectorUrl(server.logs()));
  const sampling = setInterval(() => (most = Math.max(most, residentBytes(server.pid))), 250);
  const memory: { inUse: number; resident: number }[] = [];
  const random = seededRandom(seed);
  for (let round = 1; round <= ROUNDS; round++) {
    const result = await fuzzRound({ url: server.url, random, frames: Math.ceil(frames / ROUNDS) });
    results.push(result);
    faults.push(...result.faults.map((fault) => `round ${round}: ${fault}`));
    await allRoomsClosed(server.url);
    await delay(AT_REST_AFTER_MS);
    memory.push({ inUse: await inspector.memoryInUse(), resident: residentBytes(server.pid) });
    const { inUse, resident } = memory.at(-1) as (typeof memory)[number];
    const taken = results.flatMap((each) => [...each.taken.values()]).reduce((sum, count) => sum + count, 0);
    say(
      `${round}/${ROUNDS}: ${taken} frames, ${result.edits} honest edits acknowledged (p99 ${at(result.latencies, 0.99)} ms, ` +
        `most ${at(result.latencies, 1)} ms), ${megabytes(inUse)} in use, ${megabytes(resident)} resident, ${result.faults.length} faults`,
    );
    for (const fault of result.faults.slice(0, 5)) say(`  ${fault.slice(0, 600)}`);
  }
  clearInterval(sampling);
  inspector.close();
  const [first, last] = [memory[0], memory.at(-1)] as [(typeof memory)[0], (typeof memory)[0]];
  const grown = { inUse: last.inUse - first.inUse, resident: last.resident - first.resident };
  if (grown.inUse > FLAT_IN_USE) faults.push(`memory in use grew by ${megabytes(grown.inUse)}`);
  if (grown.resident > FLAT_RESIDENT) faults.push(`resident memory grew by ${megabytes(grown.resident)}`);
  const exit = await server.stop();
  if (exit.code !== 0) faults.push(`the server ended with ${exit.signal ?? exit.code}`);
  const errors = server
    .logs()
    .split('\n')
    .filter((line) => /"level":[56]0/.test(line));
  for (const line of errors.slice(0, 10)) say(line.slice(0, 2_000));
  if (errors.length > 0) faults.push(`${errors.length} errors in the log`);

  const again = await startServer({ dataDir, env });
  for (const [index, result] of results.entries())
    if (!(await stillHolds(again.url, result)))
      faults.push(`round ${index + 1}: the restarted server shows another document`);
  await again.stop();
  report(grown, last);
} finally {
  await rm(dataDir, { recursive: true, force: true });
}

function report(grown: { inUse: number; resident: number }, last: { inUse: number; resident: number }): void {
  const bySort = total(results.map(({ taken }) => taken));
  const byCode = total(results.map(({ closed }) => closed));
  const sent = [...bySort.values()].reduce((sum, count) => sum + count, 0);
  const edits = results.reduce((sum, each) => sum + each.edits, 0);
  const latencies = results.flatMap((each) => each.latencies);
  const result = [
    `${sent} hostile frames on PGlite, 8 connections at once, ${ROUNDS} scenes one after the other, four honest clients on each (${edits} edits; acknowledged p50 ` +
      `${at(latencies, 0.5)} ms, p99 ${at(latencies, 0.99)} ms, most ${at(latencies, 1)} ms). **Faults: ${faults.length}.** A fault would be: a server that ends or logs an error, an ` +
      `honest client that is closed, refused or does not converge, a newcomer, REST or the restarted server with another document, memory that grows.`,
    `Memory, after a collection, once all rooms have been closed for ${AT_REST_AFTER_MS / 1000} s, compared between the first round and the last: ${megabytes(grown.inUse)} more in use (${megabytes(last.inUse)} in the end; flat ` +
      `means at most ${megabytes(FLAT_IN_USE)}), ${megabytes(grown.resident)} more resident (${megabytes(last.resident)}; at most ${megabytes(FLAT_RESIDENT)}). Most resident while under attack: ${megabytes(most)}.`,
    `Frames taken, by sort: ${list(bySort)}. Where a connection was closed, one frame of those that had been sent at once is counted.`,
    `Connections ended, by close code: ${list(byCode)}.`,
  ];
  say(`\n${result.join('\n')}`);
  for (const fault of faults) say(`FAULT ${fault.slice(0, 600)}`);
  if (faults.length > 0) process.exitCode = 1;
  if (frames < FRAMES_THAT_COUNT) return;
  writeSection(
    RESULTS,
    'fuzz',
    `## Hostile frames\n\n${result.join('\n\n')}\n\n\`npm run bench:fuzz -- --frames ${frames} --seed ${seed}\`, ` +
      `${new Date().toISOString().slice(0, 10)}. ${machine()}.`,
  );
}

async function allRoomsClosed(url: string): Promise<void> {
  const http = new Http({ url, token: '' });
  const until = performance.now() + ROOMS_CLOSE_WITHIN_MS;
  while (!/^diorama_rooms 0$/m.test((await http.get<string>('/metrics')).body)) {
    if (performance.now() > until) throw new Error('A room that everybody has left does not close');
    await delay(200);
  }
}

function total<K>(maps: readonly ReadonlyMap<K, number>[]): Map<K, number> {
  const sums = new Map<K, number>();
  for (const map of maps) for (const [key, count] of map) sums.set(key, (sums.get(key) ?? 0) + count);
  return sums;
}

function at(values: readonly number[], part: number): string {
  const inOrder = [...values].sort((a, b) => a - b);
  return (inOrder[Math.min(inOrder.length - 1, Math.floor(inOrder.length * part))] ?? NaN).toFixed(0);
}

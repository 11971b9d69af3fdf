// npm run bench:kill: kills a server under load, many times, and counts the promises that it did not keep.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { KILLED_SERVER_ENV, KillRounds } from '../../test/support/kill-rounds.js';
import { startPostgres } from '../../test/support/postgres.js';
import { seededRandom } from '../../test/support/random.js';
import { startServer } from '../../test/support/server-process.js';
import { exitOnSignals, killAtExit } from './servers/leave-nothing.js';
import { machine } from './report/machine.js';
import { writeSection } from './report/results.js';

const RESULTS = fileURLToPath(new URL('../RESULTS.md', import.meta.url));
/** Fewer rounds are for whoever works on it. */
const ROUNDS_THAT_COUNT = 50;
const SHOW_EVERY = 10;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    database: { type: 'string', default: 'pglite' },
    seed: { type: 'string', default: '20260101' },
  },
});
const rounds = Number(values.rounds);
const { database } = values;
if (!(Number.isInteger(rounds) && rounds > 0) || !['pglite', 'postgres'].includes(database))
  throw new Error('use: npm run bench:kill -- --rounds 200 --database pglite|postgres [--seed n]');

const postgres = database === 'postgres' ? await startPostgres() : undefined;
exitOnSignals();
if (postgres !== undefined) killAtExit(postgres.pid, 'SIGQUIT');
const dataDir = await mkdtemp(join(tmpdir(), 'diorama-kill-'));
try {
  const env = {
    ...KILLED_SERVER_ENV,
    ...(postgres === undefined ? {} : { DATABASE_URL: await postgres.createDatabase() }),
  };
  const kills = new KillRounds({
    start: () => startServer({ dataDir, env }),
    random: seededRandom(Number(values.seed)),
  });
  let promised = 0;
  let acknowledged = 0;
  const lost = new Set<string>();
  const lostAcknowledged = new Set<string>();
  for (let round = 1; round <= rounds; round++) {
    const result = await kills.next();
    promised += result.promised;
    acknowledged += result.acknowledged;
    for (const key of result.lost) lost.add(key);
    for (const key of result.lostAcknowledged) lostAcknowledged.add(key);
    if (round % SHOW_EVERY === 0 || result.lost.length > 0 || round === rounds)
      say(
        `${round}/${rounds}: ${promised} promises (${acknowledged} acknowledged), ${lost.size} lost (${lostAcknowledged.size} acknowledged)`,
      );
  }
  const exit = await kills.stop();
  const ended = exit.code === 0 ? 'cleanly' : `with ${exit.signal ?? exit.code}`;
  const result =
    `${rounds} kills (SIGKILL at a random moment under load, compaction included) on ${database}: of ${acknowledged} writes that were ` +
    `acknowledged **${lostAcknowledged.size} were lost**; of ${promised - acknowledged} others that another client had seen for 100 ms, ${lost.size - lostAcknowledged.size}.`;
  say(`${result} The server ended ${ended}.`);
  if (rounds >= ROUNDS_THAT_COUNT)
    writeSection(
      RESULTS,
      `kill-${database}`,
      `## \`kill -9\` on ${database}\n\n${result}\n\n\`npm run bench:kill -- --rounds ${rounds} --database ${database} --seed ${values.seed}\`, ` +
        `${new Date().toISOString().slice(0, 10)}. ${machine()}.`,
    );
  if (lost.size > 0 || exit.code !== 0) process.exitCode = 1;
} finally {
  await postgres?.stop();
  await rm(dataDir, { recursive: true, force: true });
}

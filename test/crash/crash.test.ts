import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KILLED_SERVER_ENV, KillRounds, LEAST_PROMISES, SEEN_MS } from '../support/kill-rounds.js';
import { seededRandom } from '../support/random.js';
import { startServer } from '../support/server-process.js';

/** `npm run bench:kill` does many more. */
const ROUNDS = 10;

const SEED = Number(process.env.CRASH_SEED ?? 20_260_101);

describe('kill -9 under load', () => {
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'diorama-crash-'));
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it(
    `LOG-10: over ${ROUNDS} kills, nothing that was acknowledged or seen for ${SEEN_MS} ms is lost`,
    { timeout: 480_000 },
    async () => {
      const start = () => startServer({ dataDir, env: KILLED_SERVER_ENV });
      const rounds = new KillRounds({ start, random: seededRandom(SEED) });
      for (let round = 1; round <= ROUNDS; round++) {
        const { promised, lost } = await rounds.next();
        expect(promised, `round ${round} wrote too little to prove anything`).toBeGreaterThan(LEAST_PROMISES);
        expect(lost, `lost after kill ${round} with CRASH_SEED=${SEED}`).toEqual([]);
      }
      expect(await rounds.stop()).toEqual({ code: 0, signal: null });
    },
  );
});

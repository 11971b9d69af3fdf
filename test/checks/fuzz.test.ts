import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fuzzRound, stillHolds } from '../support/hostile/fuzz-round.js';
import { seededRandom } from '../support/random.js';
import { startServer } from '../support/server-process.js';
import { JWT_SECRET } from '../support/tokens.js';

/** `npm run bench:fuzz` sends 100,000. */
const FRAMES = 600;
const SEED = Number(process.env['FUZZ_SEED'] ?? 25);
const SORTS = ['mutated', 'cut off', 'wrong length', 'forged client id', 'crafted update', 'presence'];

it(
  `SYNC-25: mutated and hostile frames of every sort harm nobody but their senders (seed ${SEED}, or FUZZ_SEED)`,
  { timeout: 120_000 },
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'diorama-fuzz-'));
    const env = { RENDER_WORKERS: '0', DEMO: 'false', AUTH_JWT_SECRET: JWT_SECRET, LOG_LEVEL: 'error' };
    const server = await startServer({ dataDir, env });
    const result = await fuzzRound({ url: server.url, random: seededRandom(SEED), frames: FRAMES });
    expect(result.faults, `seed ${SEED}`).toEqual([]);
    expect([...result.taken.keys()]).toEqual(expect.arrayContaining(SORTS));
    expect(result.closed.get(4400)).toBeGreaterThan(FRAMES / 20);
    expect(result.edits).toBeGreaterThan(0);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    expect(server.logs()).not.toMatch(/"level":[56]0/);
    // What is stored can be read again, and is the same.
    const again = await startServer({ dataDir, env });
    expect(await stillHolds(again.url, result)).toBe(true);
    await again.stop();
    await rm(dataDir, { recursive: true, force: true });
  },
);

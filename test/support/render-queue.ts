import { newRenderJobId, newSceneId, renderOutputKey, type RenderStatus } from '@diorama/shared';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { FilesystemObjectStore } from '../../server/src/adapters/filesystem/filesystem-object-store.js';
import {
  LocalRenderQueue,
  type LocalRenderQueueOptions,
} from '../../server/src/adapters/local-render-queue/local-render-queue.js';
import { workerEnvironment } from '../../server/src/adapters/local-render-queue/worker-environment.js';
import { SharedDirectory } from '../../server/src/adapters/render-files/shared-directory.js';
import type { Database } from '../../server/src/database/database.js';
import type { RenderJobRecord } from '../../server/src/render-jobs/render-job-record.js';
import { RenderJobStore } from '../../server/src/render-jobs/render-job-store.js';
import { RenderLedger } from '../../server/src/render-jobs/render-ledger.js';
import { startMigratedPglite, type TestPglite } from './pglite.js';
import { processesOf } from './processes.js';

const ENTRY = fileURLToPath(new URL('./render-workers/obedient.mjs', import.meta.url));

export const TENANT = 'acme';
export const WAIT = { timeout: 20_000, interval: 20 };

/**
 * A render queue whose workers do what their jobs say: one database for a test file, a folder and a queue for each test, after
 * which no process may be left.
 */
export class RenderQueueStage {
  /** What the queue has logged in this test. */
  log = '';
  #pglite: TestPglite | undefined;
  #store: RenderJobStore | undefined;
  #ledger: RenderLedger | undefined;
  #folder = '';
  #objects: FilesystemObjectStore | undefined;
  #files: SharedDirectory | undefined;
  #queue: LocalRenderQueue | undefined;

  constructor() {
    beforeAll(async () => {
      this.#pglite = await startMigratedPglite();
      this.#store = new RenderJobStore(this.#pglite);
      this.#ledger = new RenderLedger(this.#pglite);
    });
    afterAll(() => this.#pglite?.stop());
    beforeEach(async () => {
      await this.database.query('DELETE FROM render_jobs');
      this.#folder = await mkdtemp(join(tmpdir(), 'diorama-renders-'));
      this.#objects = new FilesystemObjectStore({ root: this.#folder });
      this.#files = new SharedDirectory({ objects: this.#objects, directory: this.#folder });
      this.log = '';
    });
    afterEach(async () => {
      await this.#queue?.stop();
      expect(await processesOf(this.#folder)).toEqual([]);
      await rm(this.#folder, { recursive: true, force: true });
    });
  }

  get database(): Database {
    return there(this.#pglite).database;
  }

  get store(): RenderJobStore {
    return there(this.#store);
  }

  get ledger(): RenderLedger {
    return there(this.#ledger);
  }

  get folder(): string {
    return this.#folder;
  }

  get objects(): FilesystemObjectStore {
    return there(this.#objects);
  }

  get files(): SharedDirectory {
    return there(this.#files);
  }

  /** The one that was started last. */
  get queue(): LocalRenderQueue {
    return there(this.#queue);
  }

  /** `start` is how its workers start. */
  readonly startQueue = (options: Partial<LocalRenderQueueOptions> = {}, start = 'normally'): void => {
    this.#queue = new LocalRenderQueue({
      ledger: this.ledger,
      files: this.files,
      logger: pino({ level: 'debug', base: null }, { write: (line: string) => (this.log += line) }),
      workers: 1,
      entry: ENTRY,
      restartMs: 1,
      restartMaxMs: 50,
      graceMs: 500,
      progressMs: 10,
      ...options,
      environment: {
        ...workerEnvironment(process.env, {
          objectsDir: (options.files ?? this.files).directory,
          dataDir: this.folder,
        }),
        ...(start === 'normally' ? {} : { START: start }),
      },
    });
    this.#queue.start();
  };

  /** Queues a job with which the worker does the deed. */
  readonly ask = async (deed: string): Promise<string> => {
    const jobId = newRenderJobId();
    const spec = {
      camera_config: { mode: 'auto' as const },
      output_format: 'png' as const,
      resolution: [64, 64] as [number, number],
      transparent_background: false,
    };
    await this.store.add({
      jobId,
      tenant: TENANT,
      sceneId: newSceneId(),
      spec,
      createdBy: 'ada',
      task: {
        ...spec,
        job_id: jobId,
        snapshot_key: deed,
        assets: {},
        output_key: renderOutputKey(TENANT, jobId, 'png'),
      },
    });
    this.queue.enqueue();
    return jobId;
  };

  readonly read = async (jobId: string): Promise<RenderJobRecord> => {
    const principal = { subject: 'ada', tenant: TENANT, name: 'Ada', role: 'owner' } as const;
    const record = await this.store.find(principal, jobId);
    if (record === undefined) throw new Error(`no job ${jobId}`);
    return record;
  };

  readonly until = async (jobId: string, status: RenderStatus): Promise<RenderJobRecord> => {
    await expect.poll(async () => (await this.read(jobId)).status, WAIT).toBe(status);
    return this.read(jobId);
  };

  /** Until the worker has said that it has begun. */
  readonly untilBegun = async (jobId: string): Promise<RenderJobRecord> => {
    await expect.poll(async () => (await this.read(jobId)).progress, WAIT).toBeGreaterThan(0);
    return this.read(jobId);
  };

  readonly cancel = async (jobId: string): Promise<void> => {
    expect(await this.store.cancel(TENANT, jobId)).toMatchObject({ status: 'cancelled' });
    this.queue.cancel(jobId);
  };
}

function there<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('no test is running, or no queue was started');
  return part;
}

import {
  blobKey,
  newRenderJobId,
  renderOutputKey,
  renderSnapshotKey,
  type RenderTask,
} from '@diorama/shared';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RemoteObjects } from '../../../../test/support/remote-objects.js';
import { FilesystemObjectStore } from '../filesystem/filesystem-object-store.js';
import { FetchedFiles } from './fetched-files.js';

const KIB = 1024;
const TENANT = 'acme';
const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

let folder: string;
let objects: RemoteObjects;
let files: FetchedFiles;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diorama-fetched-'));
  objects = new RemoteObjects(new FilesystemObjectStore({ root: join(folder, 'store') }));
  files = await open();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (maxBytes = 100 * KIB): Promise<FetchedFiles> =>
  FetchedFiles.open({
    ...{ objects, maxBytes },
    root: join(folder, 'cache'),
    logger: pino({ level: 'silent' }),
  });

/** An object of the store, named by its content. */
async function store(letter: string, size = 10 * KIB): Promise<string> {
  const bytes = Buffer.alloc(size, letter);
  const key = blobKey(TENANT, hashOf(bytes));
  await objects.put(key, bytes);
  return key;
}

async function taskOf(...assets: string[]): Promise<RenderTask> {
  const state = Buffer.from('a pinned state');
  const snapshot = renderSnapshotKey(TENANT, hashOf(state));
  await objects.put(snapshot, state);
  const jobId = newRenderJobId();
  return {
    job_id: jobId,
    snapshot_key: snapshot,
    assets: Object.fromEntries(
      assets.map((key, at) => [`ast_${String(at).padStart(20, '0')}`, { key, content_type: 'image/png' }]),
    ),
    output_key: renderOutputKey(TENANT, jobId, 'png'),
    camera_config: { mode: 'auto' },
    output_format: 'png',
    resolution: [64, 64],
    transparent_background: false,
  };
}

function prepare(task: RenderTask, signal = new AbortController().signal, stages: string[] = []) {
  return files.prepare(task, { signal, onStage: (stage) => stages.push(stage) });
}

const at = (key: string): string => join(files.directory, key);
const has = (key: string): Promise<boolean> =>
  access(at(key)).then(
    () => true,
    () => false,
  );

describe('files of render jobs, fetched from a store that is elsewhere', () => {
  it('RND-39: what a job needs is there whole before its worker begins, and its stages are told', async () => {
    const [a, b] = [await store('a'), await store('b')];
    const task = await taskOf(a, b, a);
    const stages: string[] = [];
    await prepare(task, undefined, stages);
    expect((await readFile(at(a))).equals(Buffer.alloc(10 * KIB, 'a'))).toBe(true);
    expect(await readFile(at(task.snapshot_key), 'utf8')).toBe('a pinned state');
    expect(stages).toEqual(['fetching 1/3 objects', 'fetching 2/3 objects']);
    expect(await readdir(at('.drafts'))).toEqual([]);
  });

  it('RND-39: an object is fetched once, also for jobs at the same time', async () => {
    const [a, b] = [await store('a'), await store('b')];
    const task = await taskOf(a);
    const releases = await Promise.all([prepare(task), prepare(await taskOf(a, b))]);
    for (const release of releases) await release();
    await prepare(await taskOf(b, a));
    expect(objects.fetched.sort()).toEqual([a, b, task.snapshot_key].sort());
  });

  it('RND-39: above the bound those that were used longest ago go, and none that is in use', async () => {
    files = await open(35 * KIB);
    const [a, b, c, d] = [await store('a'), await store('b'), await store('c'), await store('d')];
    const releaseA = await prepare(await taskOf(a));
    await (
      await prepare(await taskOf(b))
    )();
    await (
      await prepare(await taskOf(c))
    )();
    await (
      await prepare(await taskOf(b))
    )();
    const releaseD = await prepare(await taskOf(d));
    expect(await Promise.all([a, b, c, d].map(has))).toEqual([true, true, false, true]);
    await releaseA();
    await releaseD();
    await prepare(await taskOf(c));
    expect(await has(c)).toBe(true);
  });

  it('RND-39: a job waits until others leave room for it, and one that never fits fails and says so', async () => {
    files = await open(35 * KIB);
    const [a, b, c] = [await store('a'), await store('b', 20 * KIB), await store('c', 40 * KIB)];
    const release = await prepare(await taskOf(a));
    let isPrepared = false;
    const waiting = prepare(await taskOf(b, await store('d'))).then(() => (isPrepared = true));
    await expect(prepare(await taskOf(c))).rejects.toMatchObject({
      code: 'render_failed',
      message: expect.stringContaining('RENDER_CACHE_MAX_BYTES') as string,
    });
    expect(isPrepared).toBe(false);
    await release();
    await waiting;
    expect([await has(a), await has(b)]).toEqual([false, true]);
  });

  it('RND-39: who gives up leaves nothing behind, and does not take from another what both wait for', async () => {
    const [a, b] = [await store('a'), await store('b')];
    let open: () => void = () => undefined;
    objects.gate = new Promise((resolve) => (open = resolve));
    const cancelled = new AbortController();
    const one = prepare(await taskOf(a, b), cancelled.signal);
    const other = prepare(await taskOf(a));
    await expect.poll(() => objects.fetched.length).toBe(3);
    cancelled.abort();
    await expect(one).rejects.toThrow();
    open();
    await other;
    expect([await has(a), await has(b)]).toEqual([true, false]);
    objects.gate = Promise.resolve();
    await prepare(await taskOf(b));
    expect(await has(b)).toBe(true);
  });

  it('RND-36: an asset that the store does not have is left out', async () => {
    const [a, gone] = [await store('a'), await store('b')];
    await objects.delete(gone);
    await prepare(await taskOf(gone, a));
    expect([await has(a), await has(gone)]).toEqual([true, false]);
  });

  it('RND-39: an object whose content is not what its name says is not given to a worker', async () => {
    const a = await store('a');
    await objects.put(a, Buffer.alloc(10 * KIB, 'z'));
    await expect(prepare(await taskOf(a))).rejects.toMatchObject({ code: 'storage_unavailable' });
    await objects.put(a, Buffer.alloc(10 * KIB, 'a'));
    await prepare(await taskOf(a));
    expect(await has(a)).toBe(true);
  });

  it('RND-40: a store that is away is storage_unavailable, and is asked again the next time', async () => {
    const task = await taskOf(await store('a'));
    objects.isAway = true;
    await expect(prepare(task)).rejects.toMatchObject({ code: 'storage_unavailable' });
    objects.isAway = false;
    await prepare(task);
  });

  it('RND-38: a picture goes into the store, also when the store was away at first, and leaves the folder', async () => {
    const task = await taskOf();
    const { output_key: key } = task;
    const release = await prepare(task);
    expect(await files.collect(key)).toBeUndefined();
    await mkdir(dirname(at(key)), { recursive: true });
    await writeFile(at(key), 'a picture');
    objects.isAway = true;
    await expect(files.collect(key)).rejects.toMatchObject({ code: 'storage_unavailable' });
    objects.isAway = false;
    const output = { key, size: 9, sha256: hashOf(Buffer.from('a picture')) };
    expect(await files.collect(key)).toEqual(output);
    expect(await files.collect(key)).toEqual(output);
    await release();
    expect(await has(key)).toBe(false);
    await files.discard(key);
    expect(await objects.head(key)).toBeUndefined();
  });

  it('RND-39: copies end with their process: at its end, or at the next start', async () => {
    await prepare(await taskOf(await store('a')));
    const root = join(folder, 'cache');
    // No process has this number, and the first one always runs.
    for (const pid of ['99999999', '1']) await mkdir(join(root, pid));
    files = await open();
    expect((await readdir(root)).sort()).toEqual(['1', String(process.pid)].sort());
    expect(await readdir(files.directory)).toEqual(['.drafts']);
    await files.close();
    expect(await readdir(root)).toEqual(['1']);
  });
});

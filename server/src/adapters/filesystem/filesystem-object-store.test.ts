import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeObjectStore } from '../../../../test/support/object-store-contract.js';
import { FilesystemObjectStore } from './filesystem-object-store.js';

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'diorama-store-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describeObjectStore('directory', () => new FilesystemObjectStore({ root }));

describe('a directory of objects', () => {
  it('AST-17: a write that fails leaves neither an object nor a draft', async () => {
    const store = new FilesystemObjectStore({ root: join(root, 'failing') });
    await expect(store.putFile('a/b', join(root, 'does-not-exist'))).rejects.toThrow(/ENOENT/);
    expect(await store.head('a/b')).toBeUndefined();
    expect(await readdir(join(root, 'failing', '.drafts'))).toEqual([]);
  });

  it('AST-17: drafts that a crash left are cleaned away, and a directory is no object', async () => {
    const home = join(root, 'crashed');
    const store = new FilesystemObjectStore({ root: home });
    await store.put('a/b', new Uint8Array([1]));
    await mkdir(join(home, '.drafts'), { recursive: true });
    await writeFile(join(home, '.drafts', 'half'), 'half');
    await chmod(join(home, '.drafts', 'half'), 0o400);
    await store.clean();
    expect(await readdir(home)).toEqual(['a']);
    expect(await store.head('a')).toBeUndefined();
  });
});

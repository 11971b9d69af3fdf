import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectStore } from '../../server/src/assets/object-store.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

async function collect(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks).toString();
}

/** What every object store must do. `open` gives an empty or shared store; keys of this suite are its own. */
export function describeObjectStore(name: string, open: () => Promise<ObjectStore> | ObjectStore): void {
  describe(`object store: ${name}`, () => {
    let store: ObjectStore;
    let folder: string;
    const fresh = (): string => `tests/${randomUUID()}/object`;

    beforeAll(async () => {
      store = await open();
      folder = await mkdtemp(join(tmpdir(), 'diorama-objects-'));
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));

    it('AST-17: gives back what was put, and the newer of two', async () => {
      const key = fresh();
      await store.put(key, text('first'));
      expect(Buffer.from(await store.read(key)).toString()).toBe('first');
      await store.put(key, text('the second'));
      expect(await store.head(key)).toEqual({ size: 10 });
      expect(await collect(await store.stream(key))).toBe('the second');
    });

    it('AST-17: keeps an empty object and every byte value', async () => {
      const [empty, all] = [fresh(), fresh()];
      const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => i % 256);
      await store.put(empty, new Uint8Array());
      await store.put(all, bytes);
      expect([await store.head(empty), (await store.read(empty)).length]).toEqual([{ size: 0 }, 0]);
      expect(Buffer.from(await store.read(all)).equals(bytes)).toBe(true);
    });

    it('AST-17: takes a file over', async () => {
      const [key, path] = [fresh(), join(folder, 'file')];
      const bytes = Buffer.alloc(3 << 20, 'abc');
      await writeFile(path, bytes);
      await store.putFile(key, path);
      expect(Buffer.from(await store.read(key)).equals(bytes)).toBe(true);
    });

    it('AST-17: streams ranges, both ends included', async () => {
      const key = fresh();
      await store.put(key, text('0123456789'));
      expect(await collect(await store.stream(key, { start: 0, end: 0 }))).toBe('0');
      expect(await collect(await store.stream(key, { start: 3, end: 6 }))).toBe('3456');
      expect(await collect(await store.stream(key, { start: 9, end: 9 }))).toBe('9');
    });

    it('AST-17: says when an object is not there', async () => {
      const key = fresh();
      expect(await store.head(key)).toBeUndefined();
      await expect(store.read(key)).rejects.toMatchObject({ code: 'storage_unavailable' });
      await expect(store.stream(key)).rejects.toMatchObject({ code: 'storage_unavailable' });
      await store.delete(key);
      await store.put(key, text('x'));
      await store.delete(key);
      expect(await store.head(key)).toBeUndefined();
    });

    it('AST-17: writers of one key at the same time leave one of their objects, whole', async () => {
      const key = fresh();
      const bodies = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(200_000));
      await Promise.all(bodies.map((body) => store.put(key, text(body))));
      expect(bodies).toContain(Buffer.from(await store.read(key)).toString());
    });

    it.each([
      '',
      '/',
      '/etc/passwd',
      '../x',
      'a/../../x',
      'a//b',
      'a/./b',
      'a\\..\\b',
      'a\0b',
      '.drafts/x',
      'a/',
      '~/x\n',
    ])('AST-17: refuses the key %j', async (key) => {
      const internal = { code: 'internal' };
      await expect((async () => store.put(key, text('x')))()).rejects.toMatchObject(internal);
      await expect((async () => store.putFile(key, join(folder, 'none')))()).rejects.toMatchObject(internal);
      await expect((async () => store.read(key))()).rejects.toMatchObject(internal);
      await expect((async () => store.stream(key))()).rejects.toMatchObject(internal);
      await expect((async () => store.head(key))()).rejects.toMatchObject(internal);
      await expect((async () => store.delete(key))()).rejects.toMatchObject(internal);
    });
  });
}

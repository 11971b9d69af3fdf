import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from 's3rver';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeObjectStore } from '../../../../test/support/object-store-contract.js';
import { S3ObjectStore } from './s3-object-store.js';

const credentials = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
let directory: string;
let s3: S3rver;
let endpoint: string;
const stores: S3ObjectStore[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'diorama-s3-'));
  s3 = new S3rver({ directory, port: 0, silent: true, configureBuckets: [{ name: 'objects' }] });
  const { port } = (await s3.run()) as AddressInfo;
  endpoint = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  for (const store of stores) store.close();
  await s3.close();
  await rm(directory, { recursive: true, force: true });
});

function openStore(bucket = 'objects', at = endpoint): S3ObjectStore {
  const store = new S3ObjectStore({ bucket, region: 'us-east-1', endpoint: at, credentials });
  stores.push(store);
  return store;
}

describeObjectStore('S3', () => openStore());

it('AST-17: an S3 that does not answer, or has no such bucket, is storage_unavailable', async () => {
  const unavailable = { code: 'storage_unavailable' };
  await expect(openStore('nowhere').put('a', new Uint8Array([1]))).rejects.toMatchObject(unavailable);
  await expect(openStore('objects', 'http://127.0.0.1:1').head('a')).rejects.toMatchObject(unavailable);
});

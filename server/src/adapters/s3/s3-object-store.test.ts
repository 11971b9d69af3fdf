import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeObjectStore } from '../../../../test/support/object-store-contract.js';
import { startS3, type TestS3 } from '../../../../test/support/s3.js';
import { S3ObjectStore } from './s3-object-store.js';

let s3: TestS3;
const stores: S3ObjectStore[] = [];

beforeAll(async () => {
  s3 = await startS3();
});
afterAll(async () => {
  for (const store of stores) store.close();
  await s3.stop();
});

function openStore(bucket = s3.bucket, endpoint = s3.endpoint, silenceMs?: number): S3ObjectStore {
  const { credentials } = s3;
  const store = new S3ObjectStore({
    bucket,
    region: 'us-east-1',
    endpoint,
    credentials,
    ...(silenceMs === undefined ? {} : { silenceMs }),
  });
  stores.push(store);
  return store;
}

describeObjectStore('S3', () => openStore());

it('AST-17: an S3 that does not answer, or has no such bucket, is storage_unavailable', async () => {
  const unavailable = { code: 'storage_unavailable' };
  await expect(openStore('nowhere').put('a', new Uint8Array([1]))).rejects.toMatchObject(unavailable);
  await expect(openStore('objects', 'http://127.0.0.1:1').head('a')).rejects.toMatchObject(unavailable);
});

it('AST-17: an S3 that takes connections and says nothing is storage_unavailable as well', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const store = openStore('objects', `http://127.0.0.1:${port}`, 200);
  await expect(store.head('a')).rejects.toMatchObject({ code: 'storage_unavailable' });
  await expect(store.put('a', new Uint8Array([1]))).rejects.toMatchObject({ code: 'storage_unavailable' });
  silent.close();
});

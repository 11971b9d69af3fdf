import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { triangleGlb } from '../support/gltf-fixtures.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { upload } from '../support/upload.js';
import { zip, type ZipEntry } from '../support/zip-fixtures.js';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
});
afterAll(() => server.stop());

const model: ZipEntry = { name: 'model.glb', data: triangleGlb() };
const SYMLINK = 0o120777;

async function refusal(data: Uint8Array) {
  const { status, problem } = await upload(server, [{ name: 'kit.zip', data }]);
  expect(problem, `was taken in with ${status}`).toMatchObject({
    code: 'asset_archive_invalid',
    status: 422,
  });
  return problem!.detail!;
}

describe('archives', () => {
  it.each([
    ['../../etc/cron.d/x', /invalid relative path|points outside/],
    ['a/../../x.glb', /invalid relative path|points outside/],
    ['/etc/passwd', /absolute path|points outside/],
    ['C:/windows/x.dll', /absolute path|points outside/],
    ['..\\..\\x.glb', /invalid characters|points outside/],
  ])('AST-4: an entry called %j refuses the archive', async (name, why) => {
    expect(await refusal(zip([model, { name, data: triangleGlb() }]))).toMatch(why);
  });

  it('AST-4: symbolic links, encryption and other compressions are refused', async () => {
    const link = { name: 'link.glb', data: Buffer.from('/etc/passwd'), mode: SYMLINK };
    expect(await refusal(zip([model, link]))).toMatch(/"link.glb" is a symbolic link/);
    expect(await refusal(zip([{ ...model, flags: 1, method: 8 }]))).toMatch(/encrypted/);
    expect(await refusal(zip([{ ...model, method: 12 }]))).toMatch(/compression method 12/);
  });

  it('AST-4: a bomb is refused for its density, before it is unpacked', async () => {
    const bomb = { name: 'zeros.bin', data: Buffer.alloc(32 << 20), method: 8 };
    expect(await refusal(zip([model, bomb]))).toMatch(/"zeros.bin" unpacks \d+ bytes to 33554432/);
  });

  it('AST-4: many entries that claim too much together are refused', async () => {
    const claims = Array.from({ length: 30 }, (_, i) => ({
      name: `${i}.bin`,
      data: Buffer.alloc(1 << 20, i),
      claimedSize: 150 << 20,
    }));
    expect(await refusal(zip(claims))).toMatch(/unpacks to more than|compressed\/uncompressed size mismatch/);
  });

  it('AST-4: an entry that yields more than it claims is refused', async () => {
    const liar = { name: 'liar.glb', data: Buffer.alloc(1 << 20), method: 8, claimedSize: 100 };
    expect(await refusal(zip([liar]))).toMatch(/too many bytes/);
  });

  it('AST-4: a damaged entry is refused by its checksum', async () => {
    expect(await refusal(zip([{ ...model, claimedCrc: 1 }]))).toMatch(/"model.glb" is damaged/);
  });

  it('AST-4: an archive that was cut off, is empty, too deep or holds nothing of use is refused', async () => {
    const whole = zip([model]);
    expect(await refusal(whole.subarray(0, whole.length - 30))).toMatch(/cannot be read/);
    expect(await refusal(zip([]))).toMatch(/no model and no image/);
    expect(await refusal(zip([{ name: 'notes.txt', data: Buffer.from('hello') }]))).toMatch(/no model/);
    expect(await refusal(zip([{ ...model, name: 'a/'.repeat(40) + 'b.glb' }]))).toMatch(/folders deep/);
  });

  it('AST-4: more entries than are allowed are refused', async () => {
    const many = Array.from({ length: 10_001 }, (_, i) => ({ name: `${i}`, data: new Uint8Array() }));
    expect(await refusal(zip(many))).toMatch(/10001 entries/);
  });

  it('AST-4: an archive inside an archive is refused, and the model beside it taken in', async () => {
    const { status, result } = await upload(server, [
      { name: 'kit.zip', data: zip([model, { name: 'inner.zip', data: zip([model]) }]) },
    ]);
    expect(status).toBe(207);
    expect(result?.problems).toMatchObject([{ file: 'kit.zip/inner.zip', code: 'asset_archive_invalid' }]);
  });

  it('AST-2: a bad archive does not touch what came with it', async () => {
    const { status, result } = await upload(server, [
      { name: 'kit.zip', data: zip([{ ...model, claimedCrc: 1 }]) },
      { name: 'good.glb', data: triangleGlb('beside a bad archive') },
    ]);
    expect([status, result?.assets.length, result?.problems[0]?.file]).toEqual([207, 1, 'kit.zip']);
  });
});

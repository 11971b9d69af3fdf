import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  gltfWithFiles,
  jsonBytes,
  rawGlb,
  TRIANGLE_BYTES,
  triangleGlb,
  triangleJson,
  type LooseGltf,
} from '../support/gltf-fixtures.js';
import { exr, hdr, png, pngClaiming } from '../support/image-fixtures.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { upload, type Part } from '../support/upload.js';

let server: ServerProcess;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
});
afterAll(() => server.stop());

/** Uploads what must be refused, and checks that the server goes on. */
async function refused(...parts: Part[]) {
  const { status, problem } = await upload(server, parts);
  expect(problem, `was taken in with ${status}`).toBeDefined();
  const good = await upload(server, [{ name: 'good.glb', data: triangleGlb() }]);
  expect(good.status).toBe(201);
  return problem!;
}

const glb = (data: Uint8Array | string, name = 'model.glb') => refused({ name, data });

/** A GLB of the triangle with one thing changed. */
const changed = (change: (json: LooseGltf) => void) => {
  const json = triangleJson();
  change(json);
  return glb(rawGlb(json));
};

describe('bad files', () => {
  it('AST-1: text named .glb is refused, and the answer says what it looks like', async () => {
    const problem = await glb('# just some notes\n');
    expect(problem).toMatchObject({ status: 422, code: 'asset_format_unsupported' });
    expect(problem.detail).toMatch(/model\.glb: It looks like text/);
  });

  it.each([
    ['v 0 0 0\nv 1 0 0\nf 1 2 3\n', 'OBJ'],
    ['solid x\nfacet', 'STL'],
    ['<!doctype html><p>', 'HTML'],
    ['%PDF-1.7', 'PDF'],
    ['Kaydara FBX Binary  \0', 'FBX'],
    ['{"name": "some-package"}', 'asset'],
    ['{"asset": {"version": "1.0"}}', 'glTF 1.0'],
  ])('AST-1: %j is refused by name', async (data, named) => {
    const problem = await glb(data);
    expect(problem.code).toBe('asset_format_unsupported');
    expect(problem.detail).toContain(named);
  });

  it('AST-1: an empty file is refused', async () => {
    expect(await glb('')).toMatchObject({ code: 'asset_invalid', detail: 'model.glb: The file is empty' });
  });

  it('AST-7: a GLB that was cut off anywhere is refused', async () => {
    const whole = triangleGlb();
    for (const length of [4, 11, 12, 19, 20, 60, whole.length - 1]) {
      const problem = await glb(whole.subarray(0, length));
      expect([length, problem.code]).toEqual([length, 'asset_invalid']);
    }
    expect((await glb(whole.subarray(0, 100))).detail).toMatch(/ends after 100: it was cut off/);
  });

  it("AST-7: the validator's errors come with their JSON pointers", async () => {
    const problem = await changed((json) => {
      json.meshes[0].primitives[0].attributes.POSITION = 7;
      json.nodes[0].mesh = 'zero';
    });
    expect(problem.code).toBe('asset_invalid');
    expect(problem.issues).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          pointer: '/meshes/0/primitives/0/attributes/POSITION',
          code: 'UNRESOLVED_REFERENCE',
          severity: 'error',
          file: 'model.glb',
        }),
        expect.objectContaining({ pointer: '/nodes/0/mesh', code: 'TYPE_MISMATCH' }),
      ]),
    );
  });

  it('AST-7: an error behind more warnings than a report holds is still found', async () => {
    const json = triangleJson();
    json.bufferViews.push(...Array.from({ length: 2_000 }, () => ({ buffer: 0, byteLength: 4 })));
    json.nodes[0].mesh = 0;
    const crowded = await upload(server, [{ name: 'crowded.glb', data: rawGlb(json) }]);
    expect(crowded.status).toBe(201);
    expect(crowded.result?.assets[0]?.validation).toMatchObject({ errors: 0, truncated: true });
    json.accessors[0].max = [9, 9, 9];
    expect((await glb(rawGlb(json))).issues?.[0]).toMatchObject({
      code: 'ACCESSOR_MAX_MISMATCH',
      pointer: '/accessors/0/max/0',
    });
  });

  it('AST-7: indices outside of the vertices, loops of nodes and buffers that are too short are refused', async () => {
    const bin = new Uint8Array([...TRIANGLE_BYTES, 0, 0, 1, 0, 99, 0, 0, 0]);
    const json = triangleJson();
    json.bufferViews.push({ buffer: 0, byteOffset: 36, byteLength: 6 });
    json.accessors.push({ bufferView: 1, componentType: 5123, count: 3, type: 'SCALAR' });
    json.meshes[0].primitives[0].indices = 1;
    json.buffers[0].byteLength = 42;
    const codes = (problem: { issues?: { code?: string }[] }) => problem.issues?.map(({ code }) => code);
    expect(codes(await glb(rawGlb(json, bin)))).toContain('ACCESSOR_INDEX_OOB');
    expect(codes(await changed((json) => json.nodes.push({ children: [2] }, { children: [1] })))).toContain(
      'NODE_LOOP',
    );
    expect((await changed((json) => (json.buffers[0].byteLength = 4_000))).code).toBe('asset_invalid');
  });

  it.each([
    '../../etc/passwd',
    '%2e%2e/%2e%2e/etc/passwd',
    '..%5c..%5cwindows%5cwin.ini',
    '/etc/passwd',
    '//evil.example/a.bin',
    '\\\\server\\share\\a.bin',
    'C:/windows/win.ini',
    'file:///etc/passwd',
    'FILE:/etc/passwd',
    'http://169.254.169.254/latest/meta-data',
    'https://example.com/a.bin',
    ' https://example.com/a.bin',
    'blob:null/1',
    '%ff',
    'a%00.bin',
  ])('AST-5: the URI %j is refused with its pointer', async (uri) => {
    const part = (json: LooseGltf) => ({ name: 'scene.gltf', data: jsonBytes(json) });
    const buffer = await refused(part(gltfWithFiles(uri)), { name: 'passwd', data: TRIANGLE_BYTES });
    expect(buffer.code).toBe('asset_uri_forbidden');
    expect(buffer.issues).toEqual(
      expect.arrayContaining([expect.objectContaining({ pointer: '/buffers/0/uri', file: 'scene.gltf' })]),
    );
    const image = await refused(part(gltfWithFiles('scene.bin', uri)), {
      name: 'scene.bin',
      data: TRIANGLE_BYTES,
    });
    expect(image).toMatchObject({ code: 'asset_uri_forbidden', issues: [{ pointer: '/images/0/uri' }] });
  });

  it('AST-5: URIs in extensions are no way out', async () => {
    const problem = await changed((json) => {
      json.extensionsUsed = ['EXT_lights_ies'];
      json.extensions = { EXT_lights_ies: { lights: [{ uri: 'http://example.com/a.ies' }] } };
    });
    expect(problem).toMatchObject({
      code: 'asset_uri_forbidden',
      issues: [{ pointer: '/extensions/EXT_lights_ies/lights/0/uri' }],
    });
  });

  it('AST-5: files that did not come along are all named', async () => {
    const problem = await refused({ name: 'scene.gltf', data: jsonBytes(gltfWithFiles()) });
    expect(problem).toMatchObject({
      code: 'asset_file_missing',
      issues: [
        { pointer: '/buffers/0/uri', message: 'scene.bin was not uploaded' },
        { pointer: '/images/0/uri', message: 'textures/a.png was not uploaded' },
      ],
    });
  });

  it('AST-5: a name that two different files have answers for neither', async () => {
    const { status, result } = await upload(server, [
      { name: 'scene.gltf', data: jsonBytes(gltfWithFiles()) },
      { name: 'scene.bin', data: TRIANGLE_BYTES },
      { name: 'left/a.png', data: png(4, 4) },
      { name: 'right/a.png', data: png(5, 5) },
    ]);
    expect([status, result?.assets.map(({ name }) => name)]).toEqual([207, ['a.png', 'a.png']]);
    expect(result?.problems).toMatchObject([
      { code: 'asset_file_missing', issues: [{ pointer: '/images/0/uri' }] },
    ]);
  });
});

describe('bombs', () => {
  it('AST-6: an image of 60,000 × 60,000 in its header is refused, with its size and the limit', async () => {
    const problem = await glb(pngClaiming(60_000, 60_000), 'huge.png');
    expect(problem.code).toBe('asset_too_large');
    expect(problem.detail).toMatch(/60000×60000 pixels.*16384×16384/);
  });

  it('AST-6: also inside of a model, with its pointer', async () => {
    const problem = await refused(
      { name: 'scene.gltf', data: jsonBytes(gltfWithFiles()) },
      { name: 'scene.bin', data: TRIANGLE_BYTES },
      { name: 'textures/a.png', data: pngClaiming(60_000, 60_000) },
    );
    expect(problem).toMatchObject({
      code: 'asset_too_large',
      issues: [{ pointer: '/images/0', file: 'scene.gltf' }],
    });
  });

  it('AST-6: environments are bounded by their headers too', async () => {
    for (const [name, data] of [
      ['a.hdr', hdr(60_000, 60_000, 1)],
      ['a.exr', exr(60_000, 60_000, 1)],
    ] as const)
      expect((await glb(data, name)).code).toBe('asset_too_large');
  });

  it('AST-6: an accessor that claims gigabytes is refused, with its pointer', async () => {
    const sparse = await changed((json) =>
      json.accessors.push({ componentType: 5126, count: 4e9, type: 'MAT4' }),
    );
    expect(sparse).toMatchObject({ code: 'asset_too_large', issues: [{ pointer: '/accessors/1/count' }] });
    const many = await changed((json) => {
      for (let i = 0; i < 100; i++) json.accessors.push({ componentType: 5126, count: 1e6, type: 'VEC4' });
    });
    expect(many.code).toBe('asset_too_large');
  });

  it('AST-6: nodes that are nested too deeply or are too many are refused', async () => {
    const chain = await changed((json) => {
      for (let i = 1; i < 5_000; i++) json.nodes.push({ children: i + 1 < 5_000 ? [i + 1] : undefined });
    });
    expect(chain.code).toBe('asset_too_large');
    const many = await changed((json) => (json.nodes = [{}, ...Array.from({ length: 300_000 }, () => ({}))]));
    expect(many).toMatchObject({ code: 'asset_too_large', issues: [{ pointer: '/nodes' }] });
  });

  it('AST-6: more drawn vertices than anybody can show are refused', async () => {
    const count = 9_000;
    const bin = new Uint8Array(count * 12);
    const problem = await (async () => {
      const json = triangleJson();
      json.buffers[0].byteLength = json.bufferViews[0].byteLength = bin.length;
      json.accessors[0] = { ...json.accessors[0], count, max: [0, 0, 0] };
      json.nodes = [{}, ...Array.from({ length: 20_000 }, () => ({ mesh: 0 }))];
      json.scenes[0].nodes = json.nodes.map((_, index) => index);
      return glb(rawGlb(json, bin));
    })();
    expect(problem.code).toBe('asset_too_large');
  });

  it('AST-6: JSON that nests without end is refused', async () => {
    const deep = `{"asset":{"version":"2.0"},"extras":${'['.repeat(1e6)}${']'.repeat(1e6)}}`;
    const problem = await glb(rawGlb(deep));
    expect(problem.code).toBe('asset_invalid');
    expect(problem.detail).toMatch(/nested deeper than 64/);
  });
});

describe('images that are cut off', () => {
  it('AST-11: a PNG that ends in the middle is refused', async () => {
    const whole = png(64, 64);
    for (const length of [20, 40, whole.length >> 1]) {
      const problem = await glb(whole.subarray(0, length), 'cut.png');
      expect([length, problem.code]).toEqual([length, 'asset_invalid']);
    }
  });

  it('AST-11: also as a texture, with its pointer', async () => {
    const problem = await refused(
      { name: 'scene.gltf', data: jsonBytes(gltfWithFiles()) },
      { name: 'scene.bin', data: TRIANGLE_BYTES },
      { name: 'textures/a.png', data: png(64, 64).subarray(0, 6_000) },
    );
    expect(problem).toMatchObject({ code: 'asset_invalid', issues: [{ pointer: '/images/0' }] });
  });

  it('AST-11: HDR and EXR that end early are refused', async () => {
    for (const [name, data] of [
      ['a.hdr', hdr(16, 16, 4)],
      ['b.hdr', Buffer.from('#?RADIANCE\n')],
      ['a.exr', exr(16, 16).subarray(0, 700)],
      ['b.exr', exr(16, 16).subarray(0, 30)],
    ] as const)
      expect([name, (await glb(data, name)).code]).toEqual([name, 'asset_invalid']);
  });
});

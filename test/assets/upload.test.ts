import { Document } from '@gltf-transform/core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addCube,
  gltfWithFiles,
  jsonBytes,
  type LooseGltf,
  rawGlb,
  TRIANGLE_BYTES,
  triangleGlb,
  triangleJson,
  writeGlb,
} from '../support/gltf-fixtures.js';
import { Http } from '../support/http.js';
import { exr, hdr, png } from '../support/image-fixtures.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { upload, uploadGood } from '../support/upload.js';
import { zip } from '../support/zip-fixtures.js';

let server: ServerProcess;
let http: Http;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
  http = new Http(server);
});
afterAll(() => server.stop());

const content = async (path: string): Promise<Buffer> => {
  const response = await fetch(server.url + path, { headers: { Authorization: `Bearer ${server.token}` } });
  expect(response.status).toBe(200);
  return Buffer.from(await response.arrayBuffer());
};

const SCENE_PARTS = [
  { name: 'scene.gltf', data: jsonBytes(gltfWithFiles()) },
  { name: 'scene.bin', data: TRIANGLE_BYTES },
  { name: 'textures/a.png', data: png() },
];

describe('uploading models', () => {
  it('AST-10: a GLB comes back byte for byte, and can be read and listed', async () => {
    const glb = triangleGlb('comes back');
    const [asset] = await uploadGood(server, [{ name: 'chair.glb', data: glb }]);
    expect(asset).toMatchObject({
      name: 'chair.glb',
      asset_type: 'model',
      file_format: 'glb',
      content_type: 'model/gltf-binary',
      size_bytes: glb.length,
      uploaded_by: 'developer',
    });
    expect((await content(asset!.content_url)).equals(glb)).toBe(true);
    expect((await http.get(`/v1/assets/${asset!.asset_id}`)).body).toEqual(asset);
  });

  it('AST-1: the name of a file is not asked', async () => {
    const [model, image] = await uploadGood(server, [
      { name: 'photo.jpg', data: triangleGlb('named photo'), type: 'image/jpeg' },
      { name: 'model.glb', data: png(), type: 'model/gltf-binary' },
    ]);
    expect(model).toMatchObject({ asset_type: 'model', file_format: 'glb' });
    expect(image).toMatchObject({ asset_type: 'image', file_format: 'png', content_type: 'image/png' });
  });

  it('AST-3 AST-10: glTF with files becomes one asset, served as one GLB, with its files as they came', async () => {
    const assets = await uploadGood(server, SCENE_PARTS);
    expect(assets).toHaveLength(1);
    const [asset] = assets;
    expect(asset).toMatchObject({
      file_format: 'gltf',
      content_type: 'model/gltf-binary',
      asset_type: 'model',
    });
    expect(asset!.files.map(({ path }) => path)).toEqual(['scene.gltf', 'scene.bin', 'textures/a.png']);
    for (const [index, { url }] of asset!.files.entries())
      expect((await content(url)).equals(Buffer.from(SCENE_PARTS[index]!.data))).toBe(true);

    const [again] = await uploadGood(server, [
      { name: 'again.glb', data: await content(asset!.content_url) },
    ]);
    expect(again!.metadata).toMatchObject({
      triangles: 1,
      materials: [{ name: 'painted', double_sided: true, textures: ['baseColorTexture'] }],
      textures: [{ mime_type: 'image/png', width: 4, height: 4 }],
    });
    expect(again!.validation).toMatchObject({ errors: 0, warnings: 0 });
  });

  it('AST-3: files without their folders are found by name; percent-encoding is decoded', async () => {
    const json = gltfWithFiles('buffers/my%20scene.bin', './textures/a.png');
    const assets = await uploadGood(server, [
      { name: 'a.png', data: png(6, 6) },
      { name: 'my scene.bin', data: TRIANGLE_BYTES },
      { name: 'scene.gltf', data: jsonBytes(json) },
    ]);
    expect(assets.map(({ name }) => name)).toEqual(['scene.gltf']);
  });

  it('AST-3: two models may share a file, and an image that no model uses is an asset', async () => {
    const other = gltfWithFiles();
    other.nodes[0].name = 'other';
    const assets = await uploadGood(server, [
      ...SCENE_PARTS,
      { name: 'other.gltf', data: jsonBytes(other) },
      { name: 'poster.png', data: png(8, 8) },
    ]);
    expect(assets.map(({ name }) => name)).toEqual(['scene.gltf', 'other.gltf', 'poster.png']);
  });

  it('AST-10: a GLB that refers to files is made self-contained', async () => {
    const json = gltfWithFiles('scene.bin');
    json.buffers.unshift({ byteLength: 36 });
    for (const view of json.bufferViews) view.buffer = 1;
    const assets = await uploadGood(server, [
      { name: 'scene.glb', data: rawGlb(json, new Uint8Array(36)) },
      ...SCENE_PARTS.slice(1),
    ]);
    expect(assets).toHaveLength(1);
    const [again] = await uploadGood(server, [
      { name: 'a.glb', data: await content(assets[0]!.content_url) },
    ]);
    expect(again!.metadata).toMatchObject({ bounding_box: { min: [0, 0, 0], max: [1, 1, 0] } });
  });

  it('AST-10: packing keeps extensions and extras that we do not know', async () => {
    const json = triangleJson();
    json.buffers[0].uri = `data:application/octet-stream;base64,${Buffer.from(TRIANGLE_BYTES).toString('base64')}`;
    json.extensionsUsed = ['ACME_secret'];
    json.nodes[0].extensions = { ACME_secret: { kept: [1, 2, 3] } };
    json.nodes[0].extras = { price: 12 };
    const [asset] = await uploadGood(server, [{ name: 'scene.gltf', data: jsonBytes(json) }]);
    const glb = await content(asset!.content_url);
    const packed = JSON.parse(glb.subarray(20, 20 + glb.readUInt32LE(12)).toString()) as LooseGltf;
    expect(packed.nodes[0]).toMatchObject(json.nodes[0]);
    expect(packed.extensionsUsed).toEqual(['ACME_secret']);
    expect(packed.buffers).toEqual([{ byteLength: 36 }]);
  });

  it('AST-2: what is good beside the bad is taken in, and the bad is named', async () => {
    const { status, result } = await upload(server, [
      { name: 'good.glb', data: triangleGlb('good beside bad') },
      { name: 'bad.glb', data: 'I am a text' },
      { name: 'good.png', data: png(5, 5) },
    ]);
    expect(status).toBe(207);
    expect(result?.assets.map(({ name }) => name)).toEqual(['good.glb', 'good.png']);
    expect(result?.problems).toMatchObject([
      { file: 'bad.glb', code: 'asset_format_unsupported', status: 422, issues: [{ file: 'bad.glb' }] },
    ]);
  });

  it('AST-4: a zip of a model with its files and a licence is one asset with all of them', async () => {
    const entries = SCENE_PARTS.map(({ name, data }) => ({ name: `chair/${name}`, data, method: 8 }));
    const licence = { name: 'chair/LICENSE.txt', data: Buffer.from('CC0') };
    const litter = { name: '__MACOSX/chair/._scene.gltf', data: Buffer.from('x') };
    const [asset, ...others] = await uploadGood(server, [
      { name: 'chair.zip', data: zip([...entries, licence, litter]) },
    ]);
    expect(others).toEqual([]);
    expect(asset!.name).toBe('scene.gltf');
    expect(asset!.files.map(({ path }) => path)).toEqual([
      'chair/scene.gltf',
      'chair/scene.bin',
      'chair/textures/a.png',
      'chair/LICENSE.txt',
    ]);
  });

  it('AST-4: a zip of several models and images makes an asset of each, and names what it refuses', async () => {
    const { status, result } = await upload(server, [
      {
        name: 'kit.zip',
        data: zip([
          { name: 'a.glb', data: triangleGlb('zip a'), method: 8 },
          { name: 'b/b.glb', data: triangleGlb('zip b') },
          { name: 'c.png', data: png(7, 7) },
          { name: 'broken.glb', data: triangleGlb('zip c').subarray(0, 100) },
        ]),
      },
    ]);
    expect(status).toBe(207);
    expect(result?.assets.map(({ name }) => name)).toEqual(['a.glb', 'b.glb', 'c.png']);
    expect(result?.problems).toMatchObject([{ file: 'kit.zip/broken.glb', code: 'asset_invalid' }]);
  });
});

describe('uploading images', () => {
  it('AST-11: PNG, JPEG and WebP tell their size and what they take on a GPU', async () => {
    const plain = { create: { width: 20, height: 10, channels: 4 as const, background: '#f80a' } };
    const assets = await uploadGood(server, [
      { name: 'a.png', data: await sharp(plain).png().toBuffer() },
      { name: 'a.jpg', data: await sharp(plain).jpeg().toBuffer() },
      { name: 'a.webp', data: await sharp(plain).webp({ lossless: true }).toBuffer() },
      { name: 'b.webp', data: await sharp(plain).removeAlpha().webp().toBuffer() },
    ]);
    expect(assets.map(({ file_format }) => file_format)).toEqual(['png', 'jpeg', 'webp', 'webp']);
    for (const { asset_type, metadata, validation } of assets) {
      expect([asset_type, validation]).toEqual(['image', null]);
      expect(metadata).toMatchObject({
        kind: 'image',
        width: 20,
        height: 10,
        color_space: 'srgb',
        gpu_bytes: 1067,
      });
    }
    expect(assets.map(({ metadata }) => metadata.kind === 'image' && metadata.has_alpha)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it('AST-11: HDR and EXR are environments in linear light', async () => {
    const assets = await uploadGood(server, [
      { name: 'sky.hdr', data: hdr(16, 8) },
      { name: 'sky.exr', data: exr(16, 8) },
    ]);
    for (const asset of assets) {
      expect(asset.asset_type).toBe('environment');
      expect(asset.metadata).toMatchObject({ width: 16, height: 8, color_space: 'linear', has_alpha: false });
    }
    expect(assets.map(({ content_type }) => content_type)).toEqual(['image/vnd.radiance', 'image/x-exr']);
  });
});

describe('lists', () => {
  it('AST-19: assets come in pages, the most recent first, and a page goes on where the last one ended', async () => {
    const names = ['l1.png', 'l2.png', 'l3.png'];
    for (const name of names) await uploadGood(server, [{ name, data: png() }]);
    const seen: string[] = [];
    let cursor = '';
    while (seen.length < 3) {
      const { body } = await http.get<{ items: { name: string }[]; next_cursor: string }>(
        `/v1/assets?limit=1${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...body.items.map(({ name }) => name));
      cursor = body.next_cursor;
    }
    expect(seen).toEqual(['l3.png', 'l2.png', 'l1.png']);
    expect((await http.get('/v1/assets?cursor=nonsense')).body).toMatchObject({ code: 'invalid_cursor' });
  });
});

it('AST-9: a mesh is counted for each node that shows it, and its box is in world space', async () => {
  const document = new Document();
  const cube = addCube(document);
  const parent = document.createNode('parent').setTranslation([10, 0, 0]).setScale([2, 2, 2]);
  parent.addChild(document.createNode('a').setMesh(cube));
  parent.addChild(document.createNode('b').setMesh(cube).setTranslation([0, 5, 0]));
  const unused = document.createNode('unused').setMesh(cube).setTranslation([1000, 0, 0]);
  const scene = document.createScene().addChild(parent);
  document.getRoot().setDefaultScene(scene);
  document.createScene('other').addChild(unused);
  const [asset] = await uploadGood(server, [{ name: 'cubes.glb', data: await writeGlb(document) }]);
  expect(asset!.metadata).toMatchObject({
    kind: 'model',
    vertices: 16,
    triangles: 24,
    nodes: 4,
    meshes: 1,
    primitives: 1,
    bounding_box: { min: [8, -2, -2], max: [12, 12, 2] },
  });
});

import { Diorama } from '@diorama/client-sdk/node';
import { RestAssetSource } from '@diorama/client-sdk/three';
import { FloatType, Mesh } from 'three';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { rawGlb, triangleGlb, triangleJson } from '../support/gltf-fixtures.js';
import { hdr } from '../support/image-fixtures.js';
import { startServer, type ServerProcess } from '../support/server-process.js';
import { eventually } from '../support/eventually.js';

let server: ServerProcess;
let model: string;
let environment: string;
let requests: string[];
let diorama: Diorama;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
  diorama = new Diorama({
    ...server,
    fetch: (input, init) => {
      requests.push(new URL(input as string | URL).pathname);
      return fetch(input, init);
    },
  });
  requests = [];
  const { assets } = await diorama.assets.upload([
    { name: 'triangle.glb', data: new Uint8Array(triangleGlb()) },
    { name: 'sky.hdr', data: new Uint8Array(hdr(8, 4)) },
  ]);
  [model, environment] = ['triangle.glb', 'sky.hdr'].map(
    (name) => assets.find((asset) => asset.name === name)?.asset_id ?? 'missing',
  ) as [string, string];
});
beforeEach(() => {
  requests = [];
});
afterAll(() => server.stop());

describe('the asset source of the SDK', () => {
  it('SDK-24: loads a model with its geometry, and fetches it once however often it is asked for', async () => {
    const source = new RestAssetSource(diorama);
    const [first, second] = await Promise.all([source.loadModel(model, null), source.loadModel(model, null)]);
    expect(second).toBe(first);
    expect(requests).toHaveLength(1);
    const meshes: Mesh[] = [];
    first.scene.traverse((object) => {
      if (object instanceof Mesh) meshes.push(object as Mesh);
    });
    expect(meshes.map((mesh) => mesh.geometry.getAttribute('position').count)).toEqual([3]);
    const freed = vi.fn();
    meshes[0]?.geometry.addEventListener('dispose', freed);
    source.dispose();
    await eventually(() => expect(freed).toHaveBeenCalled());
  });

  it('SDK-24: a model without scenes is a library: valid, and empty', async () => {
    const { scenes: _scenes, scene: _scene, ...library } = triangleJson();
    const { assets } = await diorama.assets.upload([
      { name: 'library.glb', data: new Uint8Array(rawGlb(library)) },
    ]);
    const source = new RestAssetSource(diorama);
    const { scene } = await source.loadModel(assets[0]?.asset_id ?? '', null);
    expect(scene.children).toEqual([]);
    source.dispose();
  });

  it('SDK-24: loads an HDR environment as 32-bit floats', async () => {
    const source = new RestAssetSource(diorama);
    const texture = await source.loadEnvironment(environment);
    expect(texture.type).toBe(FloatType);
    expect(texture.image).toMatchObject({ width: 8, height: 4 });
    source.dispose();
  });

  it('SDK-24: what fails throws a typed error, and is asked for again the next time', async () => {
    const source = new RestAssetSource(diorama);
    await expect(source.loadModel('ast_unknown', null)).rejects.toMatchObject({ code: 'asset_not_found' });
    await expect(source.loadModel('ast_unknown', null)).rejects.toMatchObject({ code: 'asset_not_found' });
    expect(requests).toHaveLength(2);
    await expect(source.loadModel(environment, null)).rejects.toMatchObject({ code: 'asset_invalid' });
    source.dispose();
  });

  it('SDK-24: dispose() aborts what is loading', async () => {
    const source = new RestAssetSource(diorama);
    const loading = source.loadModel(model, null);
    source.dispose();
    await expect(loading).rejects.toMatchObject({ name: 'AbortError' });
  });
});

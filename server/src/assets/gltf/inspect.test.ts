import { Document, NodeIO, Primitive } from '@gltf-transform/core';
import {
  EXTMeshGPUInstancing,
  EXTMeshoptCompression,
  KHRDracoMeshCompression,
} from '@gltf-transform/extensions';
import draco3d from 'draco3dgltf';
import { MeshoptDecoder } from 'meshoptimizer/decoder';
import { MeshoptEncoder } from 'meshoptimizer/encoder';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCube, writeGlb } from '../../../../test/support/gltf-fixtures.js';
import { ASSET_LIMITS } from '../limits.js';
import { inspectModel } from './inspect.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'diorama-inspect-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function inspect(glb: Uint8Array, limits = ASSET_LIMITS) {
  const location = join(folder, 'model.glb');
  await writeFile(location, glb);
  const source = { format: 'glb' as const, location, resources: {} };
  return (await inspectModel(source, join(folder, 'packed.glb'), limits)).metadata;
}

const buffer = (document: Document) => document.getRoot().listBuffers()[0] ?? document.createBuffer();
const accessor = (
  document: Document,
  type: 'SCALAR' | 'VEC3' | 'VEC4' | 'MAT4',
  values: Float32Array | Uint8Array | Uint16Array,
) => document.createAccessor().setType(type).setArray(values).setBuffer(buffer(document));

function cubeDocument(): Document {
  const document = new Document();
  const node = document.createNode('cube').setMesh(addCube(document));
  document.getRoot().setDefaultScene(document.createScene().addChild(node));
  return document;
}

const codec = async () =>
  new NodeIO().registerExtensions([KHRDracoMeshCompression, EXTMeshoptCompression]).registerDependencies({
    'draco3d.encoder': await (
      draco3d as unknown as { createEncoderModule(): Promise<unknown> }
    ).createEncoderModule(),
    'draco3d.decoder': await draco3d.createDecoderModule(),
    'meshopt.encoder': MeshoptEncoder,
    'meshopt.decoder': MeshoptDecoder,
  });

describe('what a model draws', () => {
  it('AST-9: instances are counted and stand in the box', async () => {
    const document = cubeDocument();
    const [node] = document.getRoot().listNodes();
    const instances = document
      .createExtension(EXTMeshGPUInstancing)
      .createInstancedMesh()
      .setAttribute(
        'TRANSLATION',
        accessor(document, 'VEC3', new Float32Array([0, 0, 0, 10, 0, 0, 0, 20, 0])),
      );
    node!.setExtension('EXT_mesh_gpu_instancing', instances).setScale([2, 2, 2]);
    const io = new NodeIO().registerExtensions([EXTMeshGPUInstancing]);
    expect(await inspect(await io.writeBinary(document))).toMatchObject({
      vertices: 24,
      triangles: 36,
      bounding_box: { min: [-2, -2, -2], max: [22, 42, 2] },
    });
  });

  it('AST-9: strips and fans are counted as their triangles, lines and points as none', async () => {
    const counts: number[] = [];
    for (const mode of ['TRIANGLES', 'TRIANGLE_STRIP', 'TRIANGLE_FAN', 'LINES', 'POINTS'] as const) {
      const document = new Document();
      const position = accessor(
        document,
        'VEC3',
        new Float32Array(18).map((_, i) => (i * 7) % 5),
      );
      const primitive = document
        .createPrimitive()
        .setAttribute('POSITION', position)
        .setMode(Primitive.Mode[mode]!);
      const node = document.createNode().setMesh(document.createMesh().addPrimitive(primitive));
      document.getRoot().setDefaultScene(document.createScene().addChild(node));
      counts.push((await inspect(await writeGlb(document))).triangles);
    }
    expect(counts).toEqual([2, 4, 4, 0, 0]);
  });

  it('AST-9: a skinned mesh is where its joints put it, whatever its node says', async () => {
    const document = cubeDocument();
    const [node] = document.getRoot().listNodes();
    const joint = document.createNode('joint').setTranslation([0, 100, 0]);
    const inverse = accessor(
      document,
      'MAT4',
      new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
    );
    const [primitive] = document.getRoot().listMeshes()[0]!.listPrimitives();
    primitive!.setAttribute('JOINTS_0', accessor(document, 'VEC4', new Uint8Array(32))).setAttribute(
      'WEIGHTS_0',
      accessor(
        document,
        'VEC4',
        new Float32Array(32).map((_, i) => (i % 4 === 0 ? 1 : 0)),
      ),
    );
    node!
      .setTranslation([5_000, 0, 0])
      .setSkin(document.createSkin().addJoint(joint).setInverseBindMatrices(inverse));
    document.getRoot().getDefaultScene()!.addChild(joint);
    expect(await inspect(await writeGlb(document))).toMatchObject({
      skins: 1,
      bounding_box: { min: [-1, 99, -1], max: [1, 101, 1] },
    });
  });

  it('AST-9: a model without geometry has no box', async () => {
    const document = new Document();
    document.getRoot().setDefaultScene(document.createScene().addChild(document.createNode()));
    expect(await inspect(await writeGlb(document))).toMatchObject({
      vertices: 0,
      triangles: 0,
      bounding_box: null,
    });
  });

  it('AST-9: animations have their durations', async () => {
    const document = cubeDocument();
    const [node] = document.getRoot().listNodes();
    const sampler = document
      .createAnimationSampler()
      .setInput(accessor(document, 'SCALAR', new Float32Array([0, 1.5, 2.5])))
      .setOutput(accessor(document, 'VEC3', new Float32Array(9)));
    const channel = document
      .createAnimationChannel()
      .setTargetNode(node!)
      .setTargetPath('translation')
      .setSampler(sampler);
    document.createAnimation('hop').addSampler(sampler).addChannel(channel);
    expect((await inspect(await writeGlb(document))).animations).toEqual([
      { name: 'hop', duration: 2.5, channels: 1 },
    ]);
  });
});

describe('compressed geometry', () => {
  it('AST-8: Draco and meshopt are decoded, and measured as they are drawn', async () => {
    for (const extension of [KHRDracoMeshCompression, EXTMeshoptCompression] as const) {
      await MeshoptEncoder.ready;
      const document = cubeDocument();
      document.createExtension<KHRDracoMeshCompression | EXTMeshoptCompression>(extension).setRequired(true);
      const metadata = await inspect(await (await codec()).writeBinary(document));
      expect(metadata.extensions_required).toEqual([extension.EXTENSION_NAME]);
      expect(metadata).toMatchObject({ triangles: 12 });
      for (const axis of [0, 1, 2]) {
        expect(metadata.bounding_box?.min[axis]).toBeCloseTo(-1, 3);
        expect(metadata.bounding_box?.max[axis]).toBeCloseTo(1, 3);
      }
    }
  });

  it('AST-8: broken Draco data is refused', async () => {
    const document = cubeDocument();
    document.createExtension(KHRDracoMeshCompression).setRequired(true);
    const glb = await (await codec()).writeBinary(document);
    const at = Buffer.from(glb).indexOf('DRACO');
    const broken = Uint8Array.from(glb).fill(0xee, at + 14, at + 40);
    await expect(inspect(broken)).rejects.toMatchObject({
      code: expect.stringMatching(/^asset_(invalid|too_large)$/) as string,
    });
  });

  it('AST-6: a Draco header that claims more than the limits is refused before it is decoded', async () => {
    const document = cubeDocument();
    document.createExtension(KHRDracoMeshCompression).setRequired(true);
    const glb = Buffer.from(await (await codec()).writeBinary(document));
    const at = glb.indexOf('DRACO');
    // Five varint bytes from where the first count is: 2^35 − 1 of something.
    const method = glb[at + 8];
    glb.set([0xff, 0xff, 0xff, 0xff, 0x7f], at + (method === 1 ? 12 : 11));
    await expect(inspect(glb)).rejects.toMatchObject({
      code: 'asset_too_large',
      issues: [{ pointer: '/meshes/0/primitives/0/extensions/KHR_draco_mesh_compression' }],
    });
  });

  it('AST-8: an extension that is required and unknown is named', async () => {
    const document = cubeDocument();
    const glb = await writeGlb(document);
    const length = glb.readUInt32LE(12);
    const json = JSON.parse(glb.subarray(20, 20 + length).toString()) as Record<string, unknown>;
    json['extensionsUsed'] = json['extensionsRequired'] = ['ACME_magic'];
    const { rawGlb } = await import('../../../../test/support/gltf-fixtures.js');
    await expect(inspect(rawGlb(json, glb.subarray(28 + length)))).rejects.toMatchObject({
      code: 'asset_format_unsupported',
      message: 'It requires the extension ACME_magic',
    });
  });
});

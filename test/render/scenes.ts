import { SceneDoc, type Vec3 } from '@diorama/shared';
import { Document, NodeIO } from '@gltf-transform/core';
import { ALL_EXTENSIONS, EXTMeshoptCompression, KHRDracoMeshCompression } from '@gltf-transform/extensions';
import draco3d from 'draco3dgltf';
import { MeshoptDecoder, MeshoptEncoder } from 'meshoptimizer';
import sharp from 'sharp';

/** The rotation that turns what faces +Z up. */
export const FACE_UP: [number, number, number, number] = [-Math.SQRT1_2, 0, 0, Math.SQRT1_2];

/** No light but what the test adds, no tone mapping: numbers that can be computed. */
export function plainScene(background: Vec3 = [0, 0, 0]): SceneDoc {
  const scene = new SceneDoc();
  scene.setSettings({
    toneMapping: 'none',
    environment: { type: 'none' },
    background: { type: 'color', color: background },
  });
  return scene;
}

/** A material that shines in a colour and reflects nothing. */
export const glow = (scene: SceneDoc, color: Vec3): string =>
  scene.addMaterial({ baseColor: [0, 0, 0], roughness: 1, specular: 0, emissive: color });

/** A camera that sees exactly the square from −1 to 1 in x and y. */
export function addSquareCamera(scene: SceneDoc): string {
  return scene.addNode({
    kind: 'camera',
    camera: { type: 'orthographic', xmag: 1, ymag: 1 },
    pose: { translation: [0, 0, 5] },
  });
}

/** Linear light as an 8-bit sRGB value (IEC 61966-2-1). */
export const srgb = (linear: number): number =>
  Math.round(255 * (linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055));

/** Four texels: red and green above blue and white. */
export const quarters = (): Promise<Buffer> =>
  sharp(Buffer.from([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]), {
    raw: { width: 2, height: 2, channels: 3 },
  })
    .resize(64, 64, { kernel: 'nearest' })
    .png()
    .toBuffer();

export type Compression = 'none' | 'draco' | 'meshopt';

/** A square from −1 to 1 that faces +Z and emits its texture. */
export async function texturedQuad(compression: Compression = 'none'): Promise<Uint8Array> {
  const document = new Document();
  const buffer = document.createBuffer();
  const accessor = (type: 'VEC2' | 'VEC3' | 'SCALAR', array: Float32Array | Uint16Array) =>
    document.createAccessor().setType(type).setArray(array).setBuffer(buffer);
  const texture = document
    .createTexture('quarters')
    .setMimeType('image/png')
    .setImage(await quarters());
  const material = document
    .createMaterial('screen')
    .setBaseColorFactor([0, 0, 0, 1])
    .setRoughnessFactor(1)
    .setMetallicFactor(0)
    .setEmissiveFactor([1, 1, 1])
    .setEmissiveTexture(texture);
  const primitive = document
    .createPrimitive()
    .setAttribute('POSITION', accessor('VEC3', new Float32Array([-1, -1, 0, 1, -1, 0, 1, 1, 0, -1, 1, 0])))
    .setAttribute('NORMAL', accessor('VEC3', new Float32Array([0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1])))
    .setAttribute('TEXCOORD_0', accessor('VEC2', new Float32Array([0, 1, 1, 1, 1, 0, 0, 0])))
    .setIndices(accessor('SCALAR', new Uint16Array([0, 1, 2, 0, 2, 3])))
    .setMaterial(material);
  const mesh = document.createMesh().addPrimitive(primitive);
  document.createScene().addChild(document.createNode().setMesh(mesh));
  if (compression === 'draco') document.createExtension(KHRDracoMeshCompression).setRequired(true);
  if (compression === 'meshopt') document.createExtension(EXTMeshoptCompression).setRequired(true);
  await MeshoptEncoder.ready;
  const io = new NodeIO().registerExtensions(ALL_EXTENSIONS).registerDependencies({
    'draco3d.encoder': await draco3d.createEncoderModule(),
    'meshopt.encoder': MeshoptEncoder,
    'meshopt.decoder': MeshoptDecoder,
  });
  return io.writeBinary(document);
}

/** A file that `@pmndrs/assets` holds as a data URI. */
export async function bundledAsset(path: string): Promise<Uint8Array> {
  const { default: uri } = (await import(`@pmndrs/assets/${path}.js`)) as { default: string };
  return Buffer.from(uri.slice(uri.indexOf(',') + 1), 'base64');
}

import {
  sceneDocumentSchema,
  type AssetId,
  type Quat,
  type SceneDocument,
  type SceneDocumentInput,
} from '@diorama/shared';
import { linear, PALETTE } from './palette.js';

export const DEMO_MODELS = [
  'backdrop',
  'arch',
  'plinth',
  'fluted-plinth',
  'vase',
  'suzanne',
  'bunny',
] as const;
export type DemoModel = (typeof DEMO_MODELS)[number];

type Nodes = NonNullable<SceneDocumentInput['nodes']>;
type Vec3 = [number, number, number];

/** Angles in radians, applied around X, then Y (glTF's axes). */
function turned(x: number, y: number): Quat {
  const [sx, cx, sy, cy] = [Math.sin(x / 2), Math.cos(x / 2), Math.sin(y / 2), Math.cos(y / 2)];
  return [sx * cy, cx * sy, -sx * sy, cx * cy];
}

/** The turn of a camera or light at `from` that looks at `to`. */
function lookAt(from: Vec3, to: Vec3): Quat {
  const [x, y, z] = [to[0] - from[0], to[1] - from[1], to[2] - from[2]];
  return turned(Math.atan2(y, Math.hypot(x, z)), Math.atan2(-x, -z));
}

const CAMERA: Vec3 = [0.75, 2.35, 7.5];
const KEY_LIGHT: Vec3 = [-4.2, 4.6, 3.4];
const RIM_LIGHT: Vec3 = [4.6, 3.8, -2.2];

function setNodes(assets: Readonly<Record<DemoModel, AssetId>>): Nodes {
  const model = (
    asset: DemoModel,
    name: string,
    parent: string,
    order: string,
    translation: Vec3,
    y = 0,
    scale = 1,
  ) => ({
    kind: 'model' as const,
    name,
    asset: assets[asset],
    pose: { parent, order, translation, rotation: turned(0, y), scale: [scale, scale, scale] as Vec3 },
  });
  return {
    set: { kind: 'group', name: 'Set', pose: { order: 'a0' } },
    backdrop: { ...model('backdrop', 'Backdrop', 'set', 'a0', [0, 0, 0]), locked: true, castShadow: false },
    arch: model('arch', 'Arch', 'set', 'a1', [-0.95, 0, -1.05], 0.22),
    // Turned so that the seam of its texture is at the back.
    plinth: model('plinth', 'Terrazzo plinth', 'set', 'a2', [-0.78, 0, 0.05], 3.2),
    'fluted-plinth': model('fluted-plinth', 'Fluted plinth', 'set', 'a3', [0.98, 0, 0.18]),
    objects: { kind: 'group', name: 'Objects', pose: { order: 'a1' } },
    suzanne: model('suzanne', 'Suzanne', 'objects', 'a0', [-0.78, 1.44, 0.05], 0.32, 0.66),
    bunny: model('bunny', 'Bunny', 'objects', 'a1', [0.98, 0.36 + 0.89 * 0.66, 0.18], -0.4, 0.66),
    vase: model('vase', 'Vase', 'objects', 'a2', [1.98, 0, -0.75]),
  };
}

function primitiveNodes(): Nodes {
  const primitive = (
    name: string,
    order: string,
    material: string,
    translation: Vec3,
    geometry: object,
    rotation?: Quat,
  ) => ({
    kind: 'primitive' as const,
    name,
    material,
    geometry: geometry as { type: 'sphere' },
    pose: { parent: 'objects', order, translation, ...(rotation === undefined ? {} : { rotation }) },
  });
  return {
    pearl: primitive('Pearl', 'a3', 'pearl', [0.12, 0.2, 1.12], { type: 'sphere', radius: 0.2 }),
    marble: primitive('Teal marble', 'a4', 'teal', [-0.28, 0.12, 1.42], { type: 'sphere', radius: 0.12 }),
    bead: primitive('Brass bead', 'a5', 'brass', [0.42, 0.08, 1.5], { type: 'sphere', radius: 0.08 }),
    ring: primitive(
      'Ring',
      'a6',
      'clay',
      [-1.72, 0.42, 0.62],
      { type: 'torus', radius: 0.33, tube: 0.09 },
      turned(-0.16, 0.62),
    ),
    gem: primitive(
      'Gem',
      'a7',
      'ink',
      [-1.2, 0.16, 1.16],
      { type: 'icosahedron', radius: 0.18 },
      turned(0.35, 0.4),
    ),
  };
}

function lightNodes(): Nodes {
  return {
    lights: { kind: 'group', name: 'Lights', pose: { order: 'a2' } },
    key: {
      kind: 'light',
      name: 'Key light',
      light: { type: 'directional', color: [1, 0.93, 0.83], intensity: 3.1, castShadow: true },
      pose: {
        parent: 'lights',
        order: 'a0',
        translation: KEY_LIGHT,
        rotation: lookAt(KEY_LIGHT, [0, 0.6, 0]),
      },
    },
    rim: {
      kind: 'light',
      name: 'Rim light',
      light: { type: 'spot', color: [1, 0.78, 0.6], intensity: 34, innerConeAngle: 0.3, outerConeAngle: 0.6 },
      pose: {
        parent: 'lights',
        order: 'a1',
        translation: RIM_LIGHT,
        rotation: lookAt(RIM_LIGHT, [0.2, 0.9, 0]),
      },
    },
    camera: {
      kind: 'camera',
      name: 'Camera',
      camera: { type: 'perspective', yfov: 0.44 },
      pose: { order: 'a3', translation: CAMERA, rotation: lookAt(CAMERA, [0.16, 0.9, 0]) },
    },
  };
}

/** The demo: a still life that shows models, primitives, materials, lights, shadows and a camera. */
export function demoScene(name: string, assets: Readonly<Record<DemoModel, AssetId>>): SceneDocument {
  return sceneDocumentSchema.parse({
    scene: {
      name,
      background: { type: 'color', color: linear(PALETTE.sand) },
      environment: { type: 'studio', intensity: 0.5 },
      activeCamera: 'camera',
    },
    nodes: { ...setNodes(assets), ...primitiveNodes(), ...lightNodes() },
    materials: {
      pearl: { name: 'Pearl', baseColor: linear('#f6efe9'), roughness: 0.18, clearcoat: 1, iridescence: 0.6 },
      teal: { name: 'Teal glaze', baseColor: linear(PALETTE.teal), roughness: 0.12, clearcoat: 1 },
      brass: { name: 'Brass', baseColor: linear(PALETTE.brass), metallic: 1, roughness: 0.2 },
      clay: { name: 'Clay', baseColor: linear(PALETTE.blush), roughness: 0.75 },
      ink: { name: 'Ink', baseColor: linear(PALETTE.ink), roughness: 0.25, clearcoat: 0.6 },
    },
  } satisfies SceneDocumentInput);
}

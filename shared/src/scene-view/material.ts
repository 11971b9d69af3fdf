import {
  type ColorSpace,
  DoubleSide,
  FrontSide,
  MeshPhysicalMaterial,
  MeshStandardMaterial,
  NoColorSpace,
  SRGBColorSpace,
} from 'three';
import type { Material } from '../scene/material.js';

/** What the geometry brings along; a shared material exists once for each combination that is in use. */
export interface MaterialVariant {
  /** No normals: faces are lit flat. */
  readonly flatShading: boolean;
  readonly vertexColors: boolean;
  /** With tangents, the normal map's green channel keeps its sign. */
  readonly tangents: boolean;
}

export const PRIMITIVE_VARIANT: MaterialVariant = {
  flatShading: false,
  vertexColors: false,
  tangents: false,
};

interface Slot {
  readonly key:
    | 'baseColorTexture'
    | 'metallicRoughnessTexture'
    | 'normalTexture'
    | 'occlusionTexture'
    | 'emissiveTexture';
  /** The three.js properties that the texture fills. */
  readonly maps: readonly ('map' | 'metalnessMap' | 'roughnessMap' | 'normalMap' | 'aoMap' | 'emissiveMap')[];
  /** What its texels mean. */
  readonly colorSpace: ColorSpace;
}

export const TEXTURE_SLOTS: readonly Slot[] = [
  { key: 'baseColorTexture', maps: ['map'], colorSpace: SRGBColorSpace },
  { key: 'metallicRoughnessTexture', maps: ['metalnessMap', 'roughnessMap'], colorSpace: NoColorSpace },
  { key: 'normalTexture', maps: ['normalMap'], colorSpace: NoColorSpace },
  { key: 'occlusionTexture', maps: ['aoMap'], colorSpace: NoColorSpace },
  { key: 'emissiveTexture', maps: ['emissiveMap'], colorSpace: SRGBColorSpace },
];

export type TextureSlot = Slot;

/** Whether the material needs more than metallic-roughness: the physical shader costs about twice as much. */
export const needsPhysical = (m: Material): boolean =>
  m.clearcoat > 0 ||
  m.transmission > 0 ||
  m.sheenColor.some((channel) => channel > 0) ||
  m.iridescence > 0 ||
  m.anisotropy > 0 ||
  m.ior !== 1.5 ||
  m.specular !== 1;

export const createMaterial = (m: Material): MeshStandardMaterial =>
  needsPhysical(m) ? new MeshPhysicalMaterial() : new MeshStandardMaterial();

/** Writes all factors; textures are filled in when they have loaded. Colours are linear, as three.js works in. */
export function applyMaterial(to: MeshStandardMaterial, m: Material, variant: MaterialVariant): void {
  to.name = m.name;
  to.color.setRGB(...m.baseColor);
  to.metalness = m.metallic;
  to.roughness = m.roughness;
  to.emissive.setRGB(...m.emissive);
  to.emissiveIntensity = m.emissiveStrength;
  // glTF: OPAQUE ignores alpha, MASK cuts at the cutoff, BLEND blends and, as in GLTFLoader, writes no depth.
  to.opacity = m.alphaMode === 'OPAQUE' ? 1 : m.opacity;
  to.transparent = m.alphaMode === 'BLEND';
  to.depthWrite = m.alphaMode !== 'BLEND';
  to.alphaTest = m.alphaMode === 'MASK' ? m.alphaCutoff : 0;
  to.side = m.doubleSided ? DoubleSide : FrontSide;
  // Without tangents three.js derives them from v, which points down in glTF (GLTFLoader does the same).
  to.normalScale.set(m.normalScale, variant.tangents ? m.normalScale : -m.normalScale);
  to.aoMapIntensity = m.occlusionStrength;
  to.flatShading = variant.flatShading;
  to.vertexColors = variant.vertexColors;
  if (to instanceof MeshPhysicalMaterial) applyPhysical(to, m);
  to.needsUpdate = true;
}

function applyPhysical(to: MeshPhysicalMaterial, m: Material): void {
  to.clearcoat = m.clearcoat;
  to.clearcoatRoughness = m.clearcoatRoughness;
  to.transmission = m.transmission;
  to.thickness = m.thickness;
  to.ior = m.ior;
  to.sheen = m.sheenColor.some((channel) => channel > 0) ? 1 : 0;
  to.sheenColor.setRGB(...m.sheenColor);
  to.sheenRoughness = m.sheenRoughness;
  to.iridescence = m.iridescence;
  to.anisotropy = m.anisotropy;
  to.specularIntensity = m.specular;
}

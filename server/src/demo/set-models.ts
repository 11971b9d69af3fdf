import { type Document, type Material } from '@gltf-transform/core';
import { buildGlb, newDocument } from './build-glb.js';
import { arch, lathe, newMesh, place, sweep, type MeshData } from './mesh-data.js';
import { linear, PALETTE } from './palette.js';
import { seeded, terrazzo } from './terrazzo.js';

const matte = (document: Document, name: string, hex: string, roughness = 0.85): Material =>
  document
    .createMaterial(name)
    .setBaseColorFactor([...linear(hex), 1])
    .setMetallicFactor(0)
    .setRoughnessFactor(roughness);

/** An endless backdrop: floor and wall joined by a wide curve. */
export function backdrop(): Promise<Uint8Array> {
  const document = newDocument();
  const radius = 3;
  const profile = [
    [9, 0] as const,
    ...Array.from({ length: 33 }, (_, i) => {
      const angle = (i / 32) * (Math.PI / 2);
      return [-1.2 - radius * Math.sin(angle), radius * (1 - Math.cos(angle))] as const;
    }),
    [-1.2 - radius, 9] as const,
  ];
  const mesh = sweep(profile, 26);
  return buildGlb(document, 'Backdrop', [{ mesh, material: matte(document, 'Paper', PALETTE.sand, 0.95) }]);
}

export function archModel(): Promise<Uint8Array> {
  const document = newDocument();
  const material = matte(document, 'Plaster', PALETTE.terracotta, 0.9);
  return buildGlb(document, 'Arch', [{ mesh: arch(0.98, 0.62, 1.35, 0.42), material }]);
}

/** A disc with softened edges, as profile of a lathe. */
function disc(radius: number, height: number, edge: number): (readonly [number, number])[] {
  const bend = (cx: number, cy: number, from: number): (readonly [number, number])[] =>
    Array.from({ length: 9 }, (_, i) => {
      const angle = from + (i / 8) * (Math.PI / 2);
      return [cx + Math.cos(angle) * edge, cy + Math.sin(angle) * edge] as const;
    });
  return [[radius, 0], ...bend(radius - edge, height - edge, 0), [1e-4, height]];
}

export async function terrazzoPlinth(): Promise<Uint8Array> {
  const document = newDocument();
  const chips = [PALETTE.terracotta, PALETTE.teal, PALETTE.ink, PALETTE.blush, PALETTE.straw, '#ffffff'];
  const texture = document
    .createTexture('Terrazzo')
    .setMimeType('image/png')
    .setImage(Uint8Array.from(await terrazzo(PALETTE.cream, chips, 7)));
  const material = matte(document, 'Terrazzo', '#ffffff', 0.35).setBaseColorTexture(texture);
  return buildGlb(document, 'Plinth', [{ mesh: lathe(disc(0.62, 1, 0.02)), material }]);
}

export function flutedPlinth(): Promise<Uint8Array> {
  const document = newDocument();
  const material = matte(document, 'Fluted plaster', PALETTE.cream, 0.8);
  const column = lathe(
    [
      [0.78, 0.04],
      [0.78, 0.3],
    ],
    { segments: 480, flutes: { count: 40, depth: 0.045 } },
  );
  const cap = newMesh();
  const upright = [1, 0, 0, 0, 1, 0, 0, 0, 1];
  place(cap, lathe(disc(0.82, 0.06, 0.015)), upright, [0, 0.3, 0]);
  place(cap, lathe(disc(0.82, 0.05, 0.015)), upright, [0, 0, 0]);
  return buildGlb(document, 'Fluted plinth', [
    { mesh: column, material },
    { mesh: cap, material },
  ]);
}

/** A thin stem with an ear of grain at its tip, bent outwards. */
function addStem(stems: MeshData, ears: MeshData, turn: number, lean: number, length: number): void {
  const [sin, cos, out, up] = [Math.sin(turn), Math.cos(turn), Math.sin(lean), Math.cos(lean)];
  const matrix = [cos * up, out * cos, sin, -out, up, 0, -sin * up, -out * sin, cos];
  const stem: (readonly [number, number])[] = [
    [0.007, 0],
    [0.004, length],
  ];
  place(stems, lathe(stem, { segments: 6 }), matrix, [0, 0.55, 0]);
  const ear = Array.from({ length: 13 }, (_, i) => {
    const t = i / 12;
    return [1e-4 + 0.032 * Math.sin(Math.PI * t) ** 0.7 * (1 - 0.35 * t), length - 0.03 + t * 0.3] as const;
  });
  place(ears, lathe(ear, { segments: 20, flutes: { count: 5, depth: 0.25 } }), matrix, [0, 0.55, 0]);
}

export function vase(): Promise<Uint8Array> {
  const document = newDocument();
  const outside = Array.from({ length: 41 }, (_, i) => {
    const t = i / 40;
    const radius = 0.12 + 0.19 * Math.sin(Math.PI * (0.14 + 0.8 * t ** 0.9)) ** 1.5 + 0.04 * t ** 6;
    return [radius, t * 0.78] as const;
  });
  const rim = outside.at(-1) as readonly [number, number];
  const profile = [
    ...outside,
    [rim[0] - 0.012, rim[1] + 0.008] as const,
    [rim[0] - 0.03, rim[1] - 0.02] as const,
    [0.07, 0.5] as const,
  ];
  const glaze = matte(document, 'Glaze', PALETTE.ink, 0.2);
  const [stems, ears, random] = [newMesh(), newMesh(), seeded(11)];
  for (let i = 0; i < 17; i++)
    addStem(stems, ears, i * 2.4 + random() * 0.6, 0.06 + random() * 0.3, 0.62 + random() * 0.34);
  return buildGlb(document, 'Vase', [
    { mesh: lathe(profile), material: glaze },
    { mesh: stems, material: matte(document, 'Stem', PALETTE.olive) },
    { mesh: ears, material: matte(document, 'Ear', PALETTE.straw) },
  ]);
}

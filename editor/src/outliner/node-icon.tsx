import type { SceneNode } from '@diorama/shared';
import {
  Box,
  Camera,
  Circle,
  Cone,
  Cylinder,
  Disc,
  Folder,
  Globe,
  Lightbulb,
  type LucideIcon,
  Package,
  Pill,
  RectangleHorizontal,
  Shapes,
  Square,
  Sun,
  SunDim,
  Sunrise,
  Torus,
} from 'lucide-react';

function iconOf(node: SceneNode): LucideIcon {
  switch (node.kind) {
    case 'group':
      return Folder;
    case 'model':
      return Package;
    case 'camera':
      return Camera;
    case 'primitive':
      switch (node.geometry.type) {
        case 'box':
          return Box;
        case 'sphere':
          return Globe;
        case 'plane':
          return Square;
        case 'circle':
          return Circle;
        case 'cylinder':
          return Cylinder;
        case 'cone':
          return Cone;
        case 'capsule':
          return Pill;
        case 'torus':
          return Torus;
        case 'torusKnot':
          return Disc;
        case 'icosahedron':
          return Shapes;
      }
      return Shapes;
    case 'light':
      switch (node.light.type) {
        case 'directional':
          return Sun;
        case 'ambient':
          return SunDim;
        case 'hemisphere':
          return Sunrise;
        case 'rectArea':
          return RectangleHorizontal;
        case 'point':
        case 'spot':
          return Lightbulb;
      }
  }
}

export function NodeIcon({ node, size = 15 }: { node: SceneNode; size?: number }) {
  const Icon = iconOf(node);
  return <Icon size={size} strokeWidth={1.6} aria-hidden />;
}

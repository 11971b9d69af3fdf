import {
  BoxGeometry,
  type BufferGeometry,
  CapsuleGeometry,
  CircleGeometry,
  ConeGeometry,
  CylinderGeometry,
  IcosahedronGeometry,
  PlaneGeometry,
  SphereGeometry,
  TorusGeometry,
  TorusKnotGeometry,
} from 'three';
import type { Geometry } from '../scene/geometry.js';

function build(g: Geometry): BufferGeometry {
  switch (g.type) {
    case 'box':
      return new BoxGeometry(g.width, g.height, g.depth);
    case 'sphere':
      return new SphereGeometry(g.radius, g.widthSegments, g.heightSegments);
    case 'plane':
      return new PlaneGeometry(g.width, g.height);
    case 'circle':
      return new CircleGeometry(g.radius, g.segments);
    case 'cylinder':
      return new CylinderGeometry(g.radiusTop, g.radiusBottom, g.height, g.radialSegments);
    case 'cone':
      return new ConeGeometry(g.radius, g.height, g.radialSegments);
    case 'capsule':
      return new CapsuleGeometry(g.radius, g.height, g.capSegments, g.radialSegments);
    case 'torus':
      return new TorusGeometry(g.radius, g.tube, g.radialSegments, g.tubularSegments);
    case 'torusKnot':
      return new TorusKnotGeometry(g.radius, g.tube, g.tubularSegments, g.radialSegments, g.p, g.q);
    case 'icosahedron':
      return new IcosahedronGeometry(g.radius, g.detail);
  }
}

/**
 * The geometry of a primitive. Its texture coordinates are glTF's, v downwards, so that one texture serves primitives
 * and models alike: three.js' own are turned over (bitmaps cannot be flipped on upload in every browser).
 */
export function buildGeometry(geometry: Geometry): BufferGeometry {
  const built = build(geometry);
  const uv = built.getAttribute('uv');
  for (let i = 0; i < uv.count; i++) uv.setY(i, 1 - uv.getY(i));
  built.computeBoundingBox();
  return built;
}

/** Equal geometries share one buffer. */
export const geometryKey = (geometry: Geometry): string => JSON.stringify(geometry);

import type { CameraNode, LightNode } from '@diorama/shared';
import { BufferGeometry, Float32BufferAttribute } from 'three';

type Point = readonly [number, number, number];

/** Cameras show where they look, not how far: metres. */
const FRUSTUM_LENGTH = 0.8;
const ASPECT = 16 / 9;
const CIRCLE_SEGMENTS = 40;

class Lines {
  readonly #positions: number[] = [];

  add(...points: readonly Point[]): this {
    for (let i = 1; i < points.length; i++)
      this.#positions.push(...(points[i - 1] as Point), ...(points[i] as Point));
    return this;
  }

  circle(radius: number, z: number): this {
    const at = (i: number): Point => {
      const angle = (i / CIRCLE_SEGMENTS) * 2 * Math.PI;
      return [Math.cos(angle) * radius, Math.sin(angle) * radius, z];
    };
    return this.add(...Array.from({ length: CIRCLE_SEGMENTS + 1 }, (_, i) => at(i)));
  }

  rectangle(halfWidth: number, halfHeight: number, z: number): this {
    const [x, y] = [halfWidth, halfHeight];
    return this.add([-x, -y, z], [x, -y, z], [x, y, z], [-x, y, z], [-x, -y, z]);
  }

  geometry(): BufferGeometry {
    return new BufferGeometry().setAttribute('position', new Float32BufferAttribute(this.#positions, 3));
  }
}

/** What a light or camera does, as lines in its own space; it looks along −Z. */
export function helperLines(node: LightNode | CameraNode): BufferGeometry {
  return node.kind === 'camera' ? cameraLines(node) : lightLines(node);
}

function cameraLines({ camera }: CameraNode): BufferGeometry {
  const lines = new Lines();
  if (camera.type === 'orthographic') {
    lines.rectangle(camera.xmag, camera.ymag, 0).rectangle(camera.xmag, camera.ymag, -FRUSTUM_LENGTH);
    for (const [x, y] of corners(camera.xmag, camera.ymag)) lines.add([x, y, 0], [x, y, -FRUSTUM_LENGTH]);
    return lines.geometry();
  }
  const halfHeight = Math.min(4, Math.tan(camera.yfov / 2) * FRUSTUM_LENGTH);
  const halfWidth = halfHeight * ASPECT;
  lines.rectangle(halfWidth, halfHeight, -FRUSTUM_LENGTH);
  for (const [x, y] of corners(halfWidth, halfHeight)) lines.add([0, 0, 0], [x, y, -FRUSTUM_LENGTH]);
  // Which side is up.
  const top = halfHeight * 1.1;
  lines.add(
    [-halfWidth * 0.3, top, -FRUSTUM_LENGTH],
    [0, halfHeight * 1.45, -FRUSTUM_LENGTH],
    [halfWidth * 0.3, top, -FRUSTUM_LENGTH],
    [-halfWidth * 0.3, top, -FRUSTUM_LENGTH],
  );
  return lines.geometry();
}

function lightLines({ light }: LightNode): BufferGeometry {
  const lines = new Lines();
  switch (light.type) {
    case 'directional':
      lines.circle(0.3, 0);
      for (const [x, y] of [[0, 0], ...corners(0.2, 0.2)] as const) lines.add([x, y, 0], [x, y, -1.2]);
      break;
    case 'spot': {
      const length = light.range > 0 ? light.range : 2;
      const radius = Math.min(50, Math.tan(Math.min(light.outerConeAngle, 1.5)) * length);
      lines.circle(radius, -length);
      for (const [x, y] of [
        [radius, 0],
        [-radius, 0],
        [0, radius],
        [0, -radius],
      ] as const)
        lines.add([0, 0, 0], [x, y, -length]);
      break;
    }
    case 'rectArea':
      lines.rectangle(light.width / 2, light.height / 2, 0).add([0, 0, 0], [0, 0, -0.4]);
      break;
    case 'point':
    case 'ambient':
    case 'hemisphere':
      break;
  }
  return lines.geometry();
}

const corners = (x: number, y: number) =>
  [
    [-x, -y],
    [x, -y],
    [x, y],
    [-x, y],
  ] as const;

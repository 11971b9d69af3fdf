import { DoubleSide, Mesh, PlaneGeometry, ShaderMaterial, type PerspectiveCamera } from 'three';

/** How far the lines reach, in heights of the camera above the ground. */
const REACH = 14;

const VERTEX = /* glsl */ `
  uniform vec2 uCenter;
  uniform float uReach;
  varying vec2 vGround;
  void main() {
    vGround = position.xy * uReach + uCenter;
    gl_Position = projectionMatrix * viewMatrix * vec4(vGround.x, 0.0, vGround.y, 1.0);
  }
`;

// Lines of one pixel at every distance: the derivative says how wide a pixel is on the ground.
const FRAGMENT = /* glsl */ `
  uniform vec2 uCenter;
  uniform float uReach;
  uniform float uLight;
  varying vec2 vGround;
  float lines(vec2 at, float size) {
    vec2 cell = at / size;
    vec2 width = fwidth(cell);
    vec2 near = abs(fract(cell - 0.5) - 0.5) / max(width, 1e-6);
    // Where a cell is smaller than a few pixels, lines would only flicker.
    float density = 1.0 - smoothstep(0.15, 0.5, max(width.x, width.y));
    return (1.0 - min(min(near.x, near.y), 1.0)) * density;
  }
  void main() {
    float fade = 1.0 - smoothstep(0.15, 1.0, distance(vGround, uCenter) / uReach);
    float alpha = max(lines(vGround, 1.0) * 0.09, lines(vGround, 10.0) * 0.2);
    vec3 color = vec3(uLight);
    vec2 width = max(fwidth(vGround), 1e-6);
    vec2 axis = 1.0 - min(abs(vGround) / width, 1.0);
    if (axis.y > 0.0) { color = mix(color, vec3(0.75, 0.16, 0.22), axis.y); alpha = max(alpha, axis.y * 0.55); }
    if (axis.x > 0.0) { color = mix(color, vec3(0.16, 0.32, 0.75), axis.x); alpha = max(alpha, axis.x * 0.55); }
    if (alpha * fade < 0.003) discard;
    gl_FragColor = vec4(color, alpha * fade);
    #include <colorspace_fragment>
  }
`;

/** An endless ground grid, 1 m and 10 m, that fades out in the distance and shows the X and Z axes. */
export class Grid {
  readonly object: Mesh<PlaneGeometry, ShaderMaterial>;

  constructor() {
    const material = new ShaderMaterial({
      vertexShader: VERTEX,
      fragmentShader: FRAGMENT,
      uniforms: { uCenter: { value: [0, 0] }, uReach: { value: 50 }, uLight: { value: 0.6 } },
      transparent: true,
      depthWrite: false,
      side: DoubleSide,
      toneMapped: false,
      // Behind floors that lie in the ground plane.
      polygonOffset: true,
      polygonOffsetFactor: 1,
      polygonOffsetUnits: 1,
    });
    this.object = new Mesh(new PlaneGeometry(2, 2), material);
    this.object.frustumCulled = false;
    this.object.renderOrder = -10;
  }

  update(camera: PerspectiveCamera): void {
    const { uniforms } = this.object.material;
    const { x, y, z } = camera.position;
    (uniforms.uCenter as { value: unknown }).value = [x, z];
    (uniforms.uReach as { value: unknown }).value = Math.max(12, Math.abs(y) * REACH);
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}

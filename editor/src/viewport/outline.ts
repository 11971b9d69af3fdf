import {
  type Camera,
  Color,
  Mesh,
  MeshBasicMaterial,
  type Object3D,
  OrthographicCamera,
  PlaneGeometry,
  Scene,
  ShaderMaterial,
  SkinnedMesh,
  type WebGLRenderer,
  WebGLRenderTarget,
} from 'three';

/** Something to draw an outline around. Later ones lie over earlier ones. */
export interface Outlined {
  readonly object: Object3D;
  readonly color: string;
}

/** Half the width of the line in CSS pixels. */
const LINE_PX = 2;

const VERTEX = /* glsl */ `
  varying vec2 vUv;
  void main() {
    vUv = uv;
    gl_Position = vec4(position.xy, 0.0, 1.0);
  }
`;

// Outside of a silhouette but near to it: the strongest neighbour gives the colour.
const FRAGMENT = /* glsl */ `
  uniform sampler2D uMask;
  uniform vec2 uStep;
  varying vec2 vUv;
  void main() {
    vec4 here = texture2D(uMask, vUv);
    vec4 found = vec4(0.0);
    float covered = 0.0;
    for (int i = 0; i < 12; i++) {
      float angle = 6.2831853 * float(i) / 12.0;
      vec4 there = texture2D(uMask, vUv + vec2(cos(angle), sin(angle)) * uStep);
      covered += there.a;
      if (there.a > found.a) found = there;
    }
    float alpha = (1.0 - here.a) * smoothstep(0.0, 3.5, covered);
    if (alpha < 0.01) discard;
    gl_FragColor = vec4(found.rgb / max(found.a, 1e-4), alpha);
    #include <colorspace_fragment>
  }
`;

/**
 * Lines around what is selected, in each person's colour, also where something stands before it.
 *
 * The selected meshes are drawn flat into a mask; a second pass draws its edges. Nothing of the scene's own objects is
 * changed: the mask holds stand-ins that share their geometry.
 */
export class Outline {
  readonly #mask = new WebGLRenderTarget(1, 1, { samples: 4 });
  readonly #maskScene = new Scene();
  readonly #materials = new Map<string, MeshBasicMaterial>();
  readonly #quad: Mesh<PlaneGeometry, ShaderMaterial>;
  readonly #quadCamera = new OrthographicCamera(-1, 1, 1, -1, 0, 1);
  #pixelRatio = 1;

  constructor() {
    this.#maskScene.matrixWorldAutoUpdate = false;
    this.#quad = new Mesh(
      new PlaneGeometry(2, 2),
      new ShaderMaterial({
        vertexShader: VERTEX,
        fragmentShader: FRAGMENT,
        uniforms: { uMask: { value: this.#mask.texture }, uStep: { value: [0, 0] } },
        transparent: true,
        depthTest: false,
        depthWrite: false,
        toneMapped: false,
      }),
    );
    this.#quad.frustumCulled = false;
  }

  /** In device pixels. */
  resize(width: number, height: number, pixelRatio: number): void {
    this.#mask.setSize(Math.max(1, width), Math.max(1, height));
    this.#pixelRatio = pixelRatio;
  }

  /** Draws over what the renderer has drawn to the canvas. */
  render(renderer: WebGLRenderer, camera: Camera, outlined: readonly Outlined[]): void {
    this.#maskScene.clear();
    outlined.forEach(({ object, color }, i) => this.#addStandIns(object, color, i));
    if (this.#maskScene.children.length === 0) return;
    const clearColor = renderer.getClearColor(new Color());
    const clearAlpha = renderer.getClearAlpha();
    renderer.setClearColor(0x000000, 0);
    renderer.setRenderTarget(this.#mask);
    renderer.clear();
    renderer.render(this.#maskScene, camera);
    renderer.setRenderTarget(null);
    renderer.setClearColor(clearColor, clearAlpha);
    const step = LINE_PX * this.#pixelRatio;
    (this.#quad.material.uniforms.uStep as { value: unknown }).value = [
      step / this.#mask.width,
      step / this.#mask.height,
    ];
    renderer.render(this.#quad, this.#quadCamera);
  }

  dispose(): void {
    this.#mask.dispose();
    for (const material of this.#materials.values()) material.dispose();
    this.#quad.geometry.dispose();
    this.#quad.material.dispose();
  }

  #addStandIns(object: Object3D, color: string, order: number): void {
    object.traverseVisible((each) => {
      if (!(each instanceof Mesh)) return;
      const standIn = this.#standIn(each as Mesh, this.#material(color));
      standIn.matrixWorld.copy(each.matrixWorld);
      standIn.matrixAutoUpdate = false;
      standIn.matrixWorldAutoUpdate = false;
      standIn.renderOrder = order;
      standIn.frustumCulled = each.frustumCulled;
      this.#maskScene.add(standIn);
    });
  }

  #standIn(mesh: Mesh, material: MeshBasicMaterial): Mesh {
    if (!(mesh instanceof SkinnedMesh)) {
      const standIn = new Mesh(mesh.geometry, material);
      if (mesh.morphTargetInfluences !== undefined)
        standIn.morphTargetInfluences = mesh.morphTargetInfluences;
      return standIn;
    }
    const standIn = new SkinnedMesh(mesh.geometry, material);
    standIn.bind(mesh.skeleton, mesh.bindMatrix);
    standIn.bindMode = mesh.bindMode;
    return standIn;
  }

  #material(color: string): MeshBasicMaterial {
    let material = this.#materials.get(color);
    if (material === undefined) {
      // Double-sided: a plane seen from behind is selected, too.
      material = new MeshBasicMaterial({
        color,
        depthTest: false,
        depthWrite: false,
        side: 2,
        toneMapped: false,
      });
      this.#materials.set(color, material);
    }
    return material;
  }
}

import type { Presence } from '@diorama/shared';
import { type Box3, MathUtils, PerspectiveCamera, Sphere, type Vector3 } from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';

import type { RenderLoop } from './render-loop.js';

const DEFAULT_FOV = 40;
/** Seconds that a glide takes, about. */
const GLIDE_SECONDS = 0.28;

interface Glide {
  readonly fromPosition: Vector3;
  readonly fromTarget: Vector3;
  readonly toPosition: Vector3;
  readonly toTarget: Vector3;
  progress: number;
}

/** The view's own camera: orbit, pan, zoom, and glides to what shall be framed. */
export class Navigation {
  readonly camera = new PerspectiveCamera(DEFAULT_FOV, 1, 0.02, 2000);
  readonly #controls: OrbitControls;
  readonly #loop: RenderLoop;
  #glide: Glide | null = null;
  #touched = false;

  constructor(element: HTMLElement, loop: RenderLoop) {
    this.#loop = loop;
    this.camera.position.set(5, 3.6, 6.5);
    this.#controls = new OrbitControls(this.camera, element);
    this.#controls.enableDamping = !prefersReducedMotion();
    this.#controls.dampingFactor = 0.16;
    this.#controls.zoomToCursor = true;
    this.#controls.maxDistance = 800;
    this.#controls.minDistance = 0.05;
    this.#controls.target.set(0, 0.5, 0);
    this.#controls.addEventListener('start', () => {
      this.#touched = true;
      this.#glide = null;
    });
    this.#controls.addEventListener('change', () => loop.request());
    loop.addStep((seconds) => this.#step(seconds));
    this.#controls.update();
  }

  onMoved(callback: () => void): void {
    this.#controls.addEventListener('change', callback);
  }

  set enabled(enabled: boolean) {
    this.#controls.enabled = enabled;
  }

  /** Whether the person has moved the camera: from then on it stays where they want it. */
  get touched(): boolean {
    return this.#touched;
  }

  get target(): Vector3 {
    return this.#controls.target.clone();
  }

  get view(): NonNullable<Presence['view']> {
    return { position: this.camera.position.toArray(), target: this.#controls.target.toArray() };
  }

  resize(width: number, height: number): void {
    this.camera.aspect = width / Math.max(1, height);
    this.camera.updateProjectionMatrix();
  }

  /** Moves so that the box fills the view, without turning. An empty box changes nothing. */
  frame(box: Box3): void {
    if (box.isEmpty()) return;
    const { center, radius } = box.getBoundingSphere(new Sphere());
    const half = MathUtils.degToRad(this.camera.fov) / 2;
    const narrow = Math.min(half, Math.atan(Math.tan(half) * this.camera.aspect));
    const distance = Math.max(0.2, (Math.max(radius, 0.05) / Math.sin(narrow)) * 1.08);
    const direction = this.camera.position.clone().sub(this.#controls.target).normalize();
    this.goTo(center.clone().addScaledVector(direction, distance), center, true);
  }

  goTo(position: Vector3, target: Vector3, glide: boolean): void {
    // A glide is always somebody's wish; only the first look at a scene comes without one.
    this.#touched ||= glide;
    if (!glide || prefersReducedMotion()) {
      this.#glide = null;
      this.#place(position, target);
    } else {
      this.#glide = {
        fromPosition: this.camera.position.clone(),
        fromTarget: this.#controls.target.clone(),
        toPosition: position.clone(),
        toTarget: target.clone(),
        progress: 0,
      };
    }
    this.#loop.request();
  }

  setFov(radians: number): void {
    this.camera.fov = MathUtils.radToDeg(radians);
    this.camera.updateProjectionMatrix();
    this.#loop.request();
  }

  dispose(): void {
    this.#controls.dispose();
  }

  #step(seconds: number): boolean {
    const glide = this.#glide;
    if (glide === null) return this.#controls.update();
    glide.progress = Math.min(1, glide.progress + seconds / GLIDE_SECONDS);
    const eased = 1 - (1 - glide.progress) ** 3;
    this.#place(
      glide.fromPosition.clone().lerp(glide.toPosition, eased),
      glide.fromTarget.clone().lerp(glide.toTarget, eased),
    );
    if (glide.progress === 1) this.#glide = null;
    return true;
  }

  #place(position: Vector3, target: Vector3): void {
    this.camera.position.copy(position);
    this.#controls.target.copy(target);
    this.#controls.update();
  }
}

const prefersReducedMotion = (): boolean => window.matchMedia('(prefers-reduced-motion: reduce)').matches;

import { BoxGeometry, Mesh, type Object3D, PerspectiveCamera, Scene, Vector3 } from 'three';
import { beforeEach, describe, expect, it } from 'vitest';

import { Places } from './places.js';

/** The view on the page: it does not begin in the page's corner. */
const ELEMENT = {
  getBoundingClientRect: () => ({ left: 100, top: 50, width: 800, height: 400 }),
} as unknown as HTMLElement;

const TARGET = new Vector3(0, 0, 0);
const SKY = [500, 51] as const;

describe('places in the view', () => {
  let camera: PerspectiveCamera;
  let scene: Scene;
  let nodes: Map<string, Object3D>;
  let icons: Map<string, Object3D>;
  let places: Places;

  beforeEach(() => {
    camera = new PerspectiveCamera(60, 2);
    // Low, and looking ahead: what is above the middle is sky.
    camera.position.set(0, 2, 10);
    camera.lookAt(0, 1.5, 0);
    camera.updateMatrixWorld();
    scene = new Scene();
    nodes = new Map();
    icons = new Map();
    places = new Places({
      element: ELEMENT,
      navigation: { camera, target: TARGET },
      helpers: { icons: [], nodeOf: (object) => idOf(icons, object) },
      view: () => ({
        scene,
        nodeOf: (object: Object3D) => idOf(nodes, object),
        objectOf: (id: string) => nodes.get(id),
        update: () => undefined,
      }),
    });
  });

  const idOf = (objects: ReadonlyMap<string, Object3D>, object: Object3D): string | undefined =>
    [...objects].find(([, each]) => each === object)?.[0];

  const addBox = (id: string, at: Vector3, scale = new Vector3(1, 1, 1)): void => {
    const box = new Mesh(new BoxGeometry(1, 1, 1));
    box.position.copy(at);
    box.scale.copy(scale);
    box.updateMatrixWorld();
    scene.add(box);
    nodes.set(id, box);
  };

  const close = (point: readonly number[] | null): number[] =>
    (point ?? []).map((value) => Math.round(value * 1e6) / 1e6 + 0);

  it('finds on the page what is shown there, and the other way round', () => {
    const at = places.toPage([2, 0, 3]);
    expect(close(places.pointAt(at.x, at.y))).toEqual([2, 0, 3]);
    expect(places.pointAt(...SKY)).toBeNull();
    expect(places.shownAt('nothing')).toBeNull();
  });

  it('anchors a comment in the space of the node that was clicked, or on the ground', () => {
    addBox('box', new Vector3(1, 0.5, 0), new Vector3(2, 1, 1));
    const front = places.toPage([1.5, 0.5, 0.5]);
    expect(places.nodeAt(front.x, front.y)).toBe('box');
    const anchor = places.anchorAt(front.x, front.y);
    expect({ ...anchor, point: close(anchor.point) }).toEqual({ node: 'box', point: [0.25, 0, 0.5] });
    expect(close(places.worldOf(anchor))).toEqual([1.5, 0.5, 0.5]);
    const beside = places.toPage([4, 0, 0]);
    expect(places.anchorAt(beside.x, beside.y).node).toBeNull();
    expect(places.worldOf({ node: 'gone', point: [0, 0, 0] })).toBeNull();
  });

  it('puts what is dropped on the sky on the ground in view', () => {
    expect(places.dropPoint(...SKY)).toEqual(places.inView());
    const [, height] = places.inView();
    expect(height).toBeCloseTo(0);
  });

  it('puts things below what the view turns around where the ground in view is far away', () => {
    camera.lookAt(0, 2, -100);
    camera.updateMatrixWorld();
    expect(places.inView()).toEqual([0, 0, 0]);
    expect(places.anchorOf(undefined)).toEqual({ node: null, point: [0, 0, 0] });
  });
});

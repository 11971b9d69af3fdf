import { Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { at, openView } from '../../test/support/scene-view.js';

describe('framing', () => {
  it('RND-10: frames all that is visible except the floor that it stands on', () => {
    const { scene, view } = openView();
    scene.addNode({ kind: 'primitive', pose: at(0, 0.5) }, 'box');
    scene.addNode({ kind: 'primitive', pose: at(90, 0.5), visible: false }, 'hidden');
    scene.addNode(
      {
        kind: 'primitive',
        geometry: { type: 'plane', width: 50, height: 50 },
        pose: { rotation: [-Math.SQRT1_2, 0, 0, Math.SQRT1_2] },
      },
      'floor',
    );
    const camera = view.frame(16 / 9, 0.6);
    expect(camera.position.length()).toBeLessThan(6);
    for (const x of [-0.5, 0.5])
      for (const y of [0, 1])
        for (const z of [-0.5, 0.5]) {
          const seen = new Vector3(x, y, z).project(camera);
          expect(Math.abs(seen.x)).toBeLessThan(1);
          expect(Math.abs(seen.y)).toBeLessThan(1);
          expect(Math.abs(seen.z)).toBeLessThan(1);
        }
  });

  it('RND-10: frames an empty scene, too', () => {
    expect(openView().view.frame(1).position.toArray().every(Number.isFinite)).toBe(true);
  });
});

import { type DirectionalLight, type Light, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { at, openView } from '../../test/support/scene-view.js';
import type { SceneView } from './scene-view.js';
import { MAX_SHADOW_LIGHTS } from './shadows.js';

describe('lights', () => {
  const lightOf = (view: SceneView, id: string) =>
    view.objectOf(id)?.getObjectByProperty('isLight', true) as Light | undefined;

  it('RND-8: shines directional light along the node’s −Z', () => {
    const { scene, view } = openView();
    scene.addNode({ kind: 'light', pose: { rotation: [-Math.SQRT1_2, 0, 0, Math.SQRT1_2] } }, 'sun');
    view.update();
    const sun = lightOf(view, 'sun') as DirectionalLight;
    const direction = sun.target.getWorldPosition(new Vector3()).sub(sun.getWorldPosition(new Vector3()));
    expect(direction.toArray().map((n) => Math.round(n))).toEqual([0, -1, 0]);
  });

  it('RND-9: gives a shadow to four lights at most, suns first, and to none that is hidden', () => {
    const { scene, view } = openView();
    scene.addNode({ kind: 'primitive' }, 'box');
    for (let i = 0; i < 6; i++)
      scene.addNode({ kind: 'light', light: { type: 'point', castShadow: true }, pose: at(i, 3) }, `a${i}`);
    scene.addNode({ kind: 'light', light: { type: 'directional', castShadow: true } }, 'sun');
    view.update();
    const casting = () => [...'012345'].filter((i) => lightOf(view, `a${i}`)?.castShadow);
    expect(lightOf(view, 'sun')?.castShadow).toBe(true);
    expect(casting()).toHaveLength(MAX_SHADOW_LIGHTS - 1);
    scene.setNode('sun', { visible: false });
    view.update();
    expect(lightOf(view, 'sun')?.castShadow).toBe(false);
    expect(casting()).toHaveLength(MAX_SHADOW_LIGHTS);
  });

  it('RND-9: fits a sun’s shadow to what casts it, not to the floor below', () => {
    const { scene, view } = openView();
    scene.addNode({ kind: 'primitive', pose: at(0, 0.5) }, 'box');
    scene.addNode(
      {
        kind: 'primitive',
        geometry: { type: 'box', width: 200, height: 0.1, depth: 200 },
        pose: at(0, -0.05),
      },
      'floor',
    );
    scene.addNode(
      { kind: 'light', light: { type: 'directional', castShadow: true }, pose: at(9, 9, 9) },
      'sun',
    );
    view.update();
    const { camera } = (lightOf(view, 'sun') as DirectionalLight).shadow;
    expect(camera.right - camera.left).toBeLessThan(2);
  });
});

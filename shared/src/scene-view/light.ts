import {
  AmbientLight,
  DirectionalLight,
  HemisphereLight,
  type Light as ThreeLight,
  PointLight,
  RectAreaLight,
  SpotLight,
} from 'three';
import { RectAreaLightUniformsLib } from 'three/addons/lights/RectAreaLightUniformsLib.js';
import type { Light } from '../scene/light.js';

export type ShadowLight = DirectionalLight | SpotLight | PointLight;

export const isShadowLight = (light: ThreeLight): light is ShadowLight =>
  light instanceof DirectionalLight || light instanceof SpotLight || light instanceof PointLight;

/** Makes the light's object; directional and spot lights shine along −Z, so their target sits there. */
export function createLight(type: Light['type']): ThreeLight {
  switch (type) {
    case 'ambient':
      return new AmbientLight();
    case 'hemisphere':
      return withoutOwnPlace(new HemisphereLight());
    case 'directional':
      return aimed(new DirectionalLight());
    case 'point':
      return new PointLight();
    case 'spot':
      return aimed(new SpotLight());
    case 'rectArea':
      // Tables that three.js keeps for itself; a second call does no harm.
      RectAreaLightUniformsLib.init();
      return new RectAreaLight();
  }
}

function aimed<L extends DirectionalLight | SpotLight>(light: L): L {
  light.position.set(0, 0, 0);
  light.target.position.set(0, 0, -1);
  light.add(light.target);
  return light;
}

/** three.js takes a hemisphere light's up from its world position: it is written by `alignHemisphere`. */
function withoutOwnPlace(light: HemisphereLight): HemisphereLight {
  light.matrixWorldAutoUpdate = false;
  return light;
}

/** Points a hemisphere light's sky along its node's +Y, wherever the node stands. */
export function alignHemisphere(light: HemisphereLight): void {
  if (light.parent === null) return;
  const e = light.parent.matrixWorld.elements;
  const length = Math.hypot(e[4], e[5], e[6]) || 1;
  light.matrixWorld.makeTranslation(e[4] / length, e[5] / length, e[6] / length);
}

/** Writes the light's values. Whether it casts shadows is decided for the scene as a whole. */
export function applyLight(to: ThreeLight, light: Light): void {
  to.color.setRGB(...light.color);
  to.intensity = light.intensity;
  switch (light.type) {
    case 'ambient':
    case 'directional':
      return;
    case 'hemisphere':
      (to as HemisphereLight).groundColor.setRGB(...light.groundColor);
      return;
    case 'point':
      (to as PointLight).distance = light.range;
      return;
    case 'spot': {
      const spot = to as SpotLight;
      spot.distance = light.range;
      spot.angle = light.outerConeAngle;
      spot.penumbra =
        light.outerConeAngle > 0 ? Math.max(0, 1 - light.innerConeAngle / light.outerConeAngle) : 0;
      return;
    }
    case 'rectArea': {
      const area = to as RectAreaLight;
      area.width = light.width;
      area.height = light.height;
      return;
    }
  }
}

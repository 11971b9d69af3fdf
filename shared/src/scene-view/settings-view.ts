import {
  ACESFilmicToneMapping,
  AgXToneMapping,
  CineonToneMapping,
  Color,
  LinearToneMapping,
  NeutralToneMapping,
  NoToneMapping,
  ReinhardToneMapping,
  type Scene,
  type Texture,
  type ToneMapping as ThreeToneMapping,
  type WebGLRenderer,
} from 'three';
import { sameValue } from '../document/values.js';
import type { Environment, SceneSettings, ToneMapping } from '../scene/settings.js';
import type { Environments } from './environments.js';
import type { Loads } from './loads.js';
import type { AssetSource } from './ports.js';

const TONE_MAPPINGS: Record<ToneMapping, ThreeToneMapping> = {
  none: NoToneMapping,
  linear: LinearToneMapping,
  reinhard: ReinhardToneMapping,
  cineon: CineonToneMapping,
  aces: ACESFilmicToneMapping,
  agx: AgXToneMapping,
  neutral: NeutralToneMapping,
};

/**
 * The generated room alone lights a white surface to 1.6 times white: with this it gives two thirds of white, and
 * leaves room for a key light.
 */
const STUDIO_GAIN = 0.4;

function intensityOf(environment: Environment): number {
  switch (environment.type) {
    case 'none':
      return 1;
    case 'studio':
      return environment.intensity * STUDIO_GAIN;
    case 'asset':
      return environment.intensity;
  }
}

/** The root map `scene` as the three.js scene's background and environment and the renderer's tone mapping. */
export class SettingsView {
  readonly #scene: Scene;
  readonly #assets: AssetSource;
  readonly #loads: Loads;
  #settings: SceneSettings;
  #equirect: { readonly assetId: string; readonly texture: Texture } | undefined;
  #forgetLoad: () => void = () => undefined;

  constructor(scene: Scene, assets: AssetSource, loads: Loads, settings: SceneSettings) {
    this.#scene = scene;
    this.#assets = assets;
    this.#loads = loads;
    this.#settings = settings;
    this.#loadEnvironment();
  }

  get settings(): SceneSettings {
    return this.#settings;
  }

  update(settings: SceneSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    const assetOf = ({ environment }: SceneSettings) =>
      environment.type === 'asset' ? environment.asset : undefined;
    if (!sameValue(assetOf(before), assetOf(settings))) this.#loadEnvironment();
  }

  /** Before every frame; costs nothing when nothing has changed. */
  apply(renderer: WebGLRenderer, environments: Environments): void {
    const { environment, background, toneMapping, exposure } = this.#settings;
    renderer.toneMapping = TONE_MAPPINGS[toneMapping];
    renderer.toneMappingExposure = exposure;
    const light = this.#environmentTexture(environments);
    const intensity = intensityOf(environment);
    this.#scene.environment = light;
    this.#scene.environmentIntensity = intensity;
    switch (background.type) {
      case 'color':
        this.#scene.background = new Color().setRGB(...background.color);
        return;
      case 'none':
        this.#scene.background = null;
        return;
      case 'environment':
        this.#scene.background = background.blur === 0 ? (this.#equirect?.texture ?? light) : light;
        this.#scene.backgroundBlurriness = background.blur;
        this.#scene.backgroundIntensity = intensity;
    }
  }

  dispose(): void {
    this.#forgetLoad();
    this.#equirect?.texture.dispose();
    this.#equirect = undefined;
  }

  #environmentTexture(environments: Environments): Texture | null {
    switch (this.#settings.environment.type) {
      case 'none':
        return null;
      case 'studio':
        return environments.studio();
      case 'asset':
        return this.#equirect === undefined
          ? null
          : environments.equirect(this.#equirect.assetId, this.#equirect.texture);
    }
  }

  #loadEnvironment(): void {
    this.dispose();
    const { environment } = this.#settings;
    if (environment.type !== 'asset') return;
    const assetId = environment.asset;
    const loading = Promise.resolve().then(() => this.#assets.loadEnvironment(assetId));
    this.#forgetLoad = this.#loads.follow(`Environment ${assetId}`, loading, (texture) => {
      this.#equirect = { assetId, texture };
    });
  }
}

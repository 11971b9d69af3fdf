import type { LoadedModel } from '@diorama/shared/scene-view';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';
import type { DRACOLoader } from 'three/addons/loaders/DRACOLoader.js';
import { GLTFLoader, type GLTFParser } from 'three/addons/loaders/GLTFLoader.js';
import { Group, type Texture } from 'three';
import { DracoDecoder } from './draco-decoder.js';
import { imageTexture } from './image-texture.js';

interface ImageDef {
  readonly bufferView?: number;
  readonly uri?: string;
}

/** GLTFParser, where images become textures. GLTFLoader itself decodes with what only browsers have. */
interface ImageParser {
  readonly json: { readonly images?: readonly ImageDef[] };
  getDependency(type: 'bufferView', index: number): Promise<ArrayBuffer>;
  loadImageSource(index: number): Promise<Texture>;
}

const DATA_URI = /^data:[^,]*;base64,/;

async function imageBytes(parser: ImageParser, index: number): Promise<Uint8Array> {
  const image = parser.json.images?.[index];
  if (image?.bufferView !== undefined)
    return new Uint8Array(await parser.getDependency('bufferView', image.bufferView));
  const uri = image?.uri ?? '';
  const head = DATA_URI.exec(uri);
  // Assets are stored as one file: nothing else is ever fetched on behalf of one.
  if (head === null) throw new Error(`image ${index} is not part of the file`);
  return Buffer.from(uri.slice(head[0].length), 'base64');
}

/** Decodes images with sharp. Every texture gets its own copy, as its sampler differs; GLTFLoader caches by both. */
function decodeImages(parser: GLTFParser, problems: string[]): { name: string } {
  const images = parser as unknown as ImageParser;
  images.loadImageSource = async (index) => {
    try {
      return await imageTexture(await imageBytes(images, index));
    } catch (error) {
      // GLTFLoader drops the texture without a word.
      problems.push(`image ${index}: ${error instanceof Error ? error.message : String(error)}`);
      throw error;
    }
  };
  return { name: 'diorama_images' };
}

/** Parses a GLB, Draco and meshopt compression included. Images that cannot be read are left out and reported. */
export class GltfModelLoader {
  readonly #draco = new DracoDecoder();

  async load(bytes: Uint8Array): Promise<LoadedModel> {
    const problems: string[] = [];
    const loader = new GLTFLoader()
      .setMeshoptDecoder(MeshoptDecoder)
      .setDRACOLoader(this.#draco as unknown as DRACOLoader)
      .register((parser) => decodeImages(parser, problems));
    const { scene, animations } = await loader.parseAsync(new Uint8Array(bytes).buffer, '');
    // A file without scenes is a library (glTF 2.0, 3.5.1): valid, and nothing of it is to be shown.
    const shown: Group | undefined = scene;
    return { scene: shown ?? new Group(), animations, problems };
  }
}

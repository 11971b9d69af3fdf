import { type Material, Mesh, Texture, type Object3D } from 'three';

/** Frees the GPU memory of everything below a model's root. */
export function disposeModel({ scene }: { readonly scene: Object3D }): void {
  scene.traverse((object) => {
    if (!(object instanceof Mesh)) return;
    (object as Mesh).geometry.dispose();
    const materials = (object as Mesh).material;
    for (const material of Array.isArray(materials) ? materials : [materials]) disposeMaterial(material);
  });
}

function disposeMaterial(material: Material): void {
  for (const value of Object.values(material) as unknown[]) {
    if (!(value instanceof Texture)) continue;
    value.dispose();
    // Bitmaps are not garbage-collected in time: they are held by the GPU process.
    if (typeof ImageBitmap === 'function' && value.image instanceof ImageBitmap) value.image.close();
  }
  material.dispose();
}

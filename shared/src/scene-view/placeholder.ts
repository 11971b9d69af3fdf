import { BoxGeometry, EdgesGeometry, LineBasicMaterial, LineSegments, Mesh, MeshBasicMaterial } from 'three';

const COLOR = 0xe0348c;

/** A box of one metre where something should be that could not be loaded; the caller disposes of it. */
export function createPlaceholder(): { object: Mesh; dispose: () => void } {
  const geometry = new BoxGeometry();
  const edges = new EdgesGeometry(geometry);
  const fill = new MeshBasicMaterial({ color: COLOR, transparent: true, opacity: 0.35, depthWrite: false });
  const line = new LineBasicMaterial({ color: COLOR });
  const object = new Mesh(geometry, fill);
  object.name = 'placeholder';
  object.add(new LineSegments(edges, line));
  return {
    object,
    dispose: () => {
      for (const each of [geometry, edges, fill, line]) each.dispose();
    },
  };
}

import { Box3, Vector3 } from 'three';

/** A floor is this flat, as a part of its longest side. */
const FLATNESS = 0.02;
/** Things sink a little into the floor they stand on: as a part of their height. */
const SINK = 0.05;

const unionOf = (boxes: readonly Box3[]): Box3 => boxes.reduce((all, box) => all.union(box), new Box3());

const isFlat = (box: Box3): boolean => {
  const size = box.getSize(new Vector3());
  return size.y <= FLATNESS * Math.max(size.x, size.z);
};

/**
 * The box of what a picture is about: everything but flat floors that all the rest stands on.
 *
 * A floor is often a hundred times wider than what stands on it. With nothing else there, the floor is the subject.
 */
export function subjectBox(boxes: readonly Box3[]): Box3 {
  const solid = unionOf(boxes.filter((box) => !isFlat(box)));
  if (solid.isEmpty()) return unionOf(boxes);
  const ground = solid.min.y + SINK * (solid.max.y - solid.min.y);
  return unionOf(boxes.filter((box) => !isFlat(box) || box.max.y > ground));
}

import type { Pose } from '@diorama/shared';

export type Transform = Pick<Pose, 'translation' | 'rotation' | 'scale'>;

/** A 4×4 matrix without its last row, in rows: nothing here is a projection. */
export type Matrix = readonly number[];

export const IDENTITY: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0];

// prettier-ignore
type Row12 = readonly [number, number, number, number, number, number, number, number, number, number, number, number];

const at = (matrix: Matrix, index: number): number => matrix[index] as number;

export function compose({ translation, rotation, scale }: Transform): Matrix {
  const [x, y, z, w] = rotation;
  const [sx, sy, sz] = scale;
  const [tx, ty, tz] = translation;
  // prettier-ignore
  return [
    (1 - 2 * (y * y + z * z)) * sx, 2 * (x * y - z * w) * sy, 2 * (x * z + y * w) * sz, tx,
    2 * (x * y + z * w) * sx, (1 - 2 * (x * x + z * z)) * sy, 2 * (y * z - x * w) * sz, ty,
    2 * (x * z - y * w) * sx, 2 * (y * z + x * w) * sy, (1 - 2 * (x * x + y * y)) * sz, tz,
  ];
}

export function multiply(a: Matrix, b: Matrix): Matrix {
  const product = new Array<number>(12);
  const [b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, b10, b11] = b as Row12;
  for (let row = 0; row < 12; row += 4) {
    const [x, y, z] = [at(a, row), at(a, row + 1), at(a, row + 2)];
    product[row] = x * b0 + y * b4 + z * b8;
    product[row + 1] = x * b1 + y * b5 + z * b9;
    product[row + 2] = x * b2 + y * b6 + z * b10;
    product[row + 3] = x * b3 + y * b7 + z * b11 + at(a, row + 3);
  }
  return product;
}

const determinant = (m: Matrix): number =>
  at(m, 0) * (at(m, 5) * at(m, 10) - at(m, 6) * at(m, 9)) -
  at(m, 1) * (at(m, 4) * at(m, 10) - at(m, 6) * at(m, 8)) +
  at(m, 2) * (at(m, 4) * at(m, 9) - at(m, 5) * at(m, 8));

/** undefined where something is scaled to nothing. */
export function invert(m: Matrix): Matrix | undefined {
  const d = determinant(m);
  if (d === 0 || !Number.isFinite(1 / d)) return undefined;
  const minor = (a: number, b: number, c: number, e: number): number =>
    (at(m, a) * at(m, b) - at(m, c) * at(m, e)) / d;
  const r = [
    [minor(5, 10, 6, 9), minor(2, 9, 1, 10), minor(1, 6, 2, 5)],
    [minor(6, 8, 4, 10), minor(0, 10, 2, 8), minor(2, 4, 0, 6)],
    [minor(4, 9, 5, 8), minor(1, 8, 0, 9), minor(0, 5, 1, 4)],
  ] as const;
  return r.flatMap((row) => [...row, -(row[0] * at(m, 3) + row[1] * at(m, 7) + row[2] * at(m, 11))]);
}

/** Translation, rotation and scale of a matrix. A sheared matrix loses its shear: a pose cannot hold one. */
export function decompose(m: Matrix): Transform {
  const length = (column: number): number => Math.hypot(at(m, column), at(m, column + 4), at(m, column + 8));
  const sx = determinant(m) < 0 ? -length(0) : length(0);
  const [sy, sz] = [length(1), length(2)];
  const unit = (row: number, column: number, scale: number): number =>
    scale === 0 ? (row === column ? 1 : 0) : at(m, row * 4 + column) / scale;
  const [r00, r10, r20] = [unit(0, 0, sx), unit(1, 0, sx), unit(2, 0, sx)];
  const [r01, r11, r21] = [unit(0, 1, sy), unit(1, 1, sy), unit(2, 1, sy)];
  const [r02, r12, r22] = [unit(0, 2, sz), unit(1, 2, sz), unit(2, 2, sz)];
  return {
    translation: [at(m, 3), at(m, 7), at(m, 11)],
    rotation: quaternion(r00, r01, r02, r10, r11, r12, r20, r21, r22),
    scale: [sx, sy, sz],
  };
}

/** Shepperd's method: divides by the largest component. */
// prettier-ignore
function quaternion(
  r00: number, r01: number, r02: number,
  r10: number, r11: number, r12: number,
  r20: number, r21: number, r22: number,
): [number, number, number, number] {
  const trace = r00 + r11 + r22;
  let q: [number, number, number, number];
  if (trace > 0) q = [r21 - r12, r02 - r20, r10 - r01, 1 + trace];
  else if (r00 > r11 && r00 > r22) q = [1 + r00 - r11 - r22, r01 + r10, r02 + r20, r21 - r12];
  else if (r11 > r22) q = [r01 + r10, 1 + r11 - r00 - r22, r12 + r21, r02 - r20];
  else q = [r02 + r20, r12 + r21, 1 + r22 - r00 - r11, r10 - r01];
  const length = Math.hypot(...q);
  return [q[0] / length, q[1] / length, q[2] / length, q[3] / length];
}

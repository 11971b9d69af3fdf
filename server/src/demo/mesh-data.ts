/** Vertices of one mesh, in metres; texture coordinates are in metres too, so that textures keep their scale. */
export interface MeshData {
  readonly positions: number[];
  readonly normals: number[];
  readonly uvs: number[];
  readonly indices: number[];
}

type Point = readonly [number, number];

const emptyMesh = (): MeshData => ({ positions: [], normals: [], uvs: [], indices: [] });

/** A profile as points and the normals at them; a corner is the same point twice with two normals. */
interface Outline {
  readonly points: Point[];
  readonly normals: Point[];
  /** Length along the profile. */
  readonly lengths: number[];
}

const cornerOf = (a: Point, b: Point, c: Point): number => {
  const [ux, uy, vx, vy] = [b[0] - a[0], b[1] - a[1], c[0] - b[0], c[1] - b[1]];
  return Math.acos(Math.min(1, (ux * vx + uy * vy) / (Math.hypot(ux, uy) * Math.hypot(vx, vy))));
};

/** Normals point to the right of the way along the profile. Bends sharper than `crease` radians stay sharp. */
function outline(profile: readonly Point[], crease = 0.6): Outline {
  const points: Point[] = [];
  const normals: Point[] = [];
  const lengths: number[] = [];
  const sideOf = (i: number): Point => {
    const [a, b] = [profile[i] as Point, profile[i + 1] as Point];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    return [(b[1] - a[1]) / length, -(b[0] - a[0]) / length];
  };
  let along = 0;
  const add = (point: Point, normal: Point): void => {
    points.push(point);
    normals.push(normal);
    lengths.push(along);
  };
  const last = profile.length - 1;
  for (let i = 0; i <= last; i++) {
    const point = profile[i] as Point;
    if (i > 0) {
      const before = profile[i - 1] as Point;
      along += Math.hypot(point[0] - before[0], point[1] - before[1]);
    }
    if (i === 0) add(point, sideOf(0));
    else if (i === last) add(point, sideOf(last - 1));
    else {
      const [left, right] = [sideOf(i - 1), sideOf(i)];
      if (cornerOf(profile[i - 1] as Point, point, profile[i + 1] as Point) > crease) {
        add(point, left);
        add(point, right);
      } else {
        const [x, y] = [left[0] + right[0], left[1] + right[1]];
        add(point, [x / Math.hypot(x, y), y / Math.hypot(x, y)]);
      }
    }
  }
  return { points, normals, lengths };
}

function addGrid(mesh: MeshData, columns: number, rows: number, first: number): void {
  for (let column = 0; column < columns - 1; column++)
    for (let row = 0; row < rows - 1; row++) {
      const a = first + column * rows + row;
      const b = a + rows;
      mesh.indices.push(a, b, a + 1, a + 1, b, b + 1);
    }
}

export interface LatheOptions {
  /** Around the axis. */
  readonly segments?: number;
  /** Widens and narrows the radius around the axis: flutes. */
  readonly flutes?: { readonly count: number; readonly depth: number };
}

/** Turns a profile of [radius, height] points, from the bottom up, around the Y axis. */
export function lathe(profile: readonly Point[], { segments = 96, flutes }: LatheOptions = {}): MeshData {
  const mesh = emptyMesh();
  const { points, normals, lengths } = outline(profile);
  const widest = Math.max(...profile.map(([radius]) => radius));
  for (let s = 0; s <= segments; s++) {
    const angle = (s / segments) * Math.PI * 2;
    const phase = flutes === undefined ? 0 : flutes.count * angle;
    const scale = flutes === undefined ? 1 : 1 - flutes.depth * (0.5 + 0.5 * Math.cos(phase));
    const turn = flutes === undefined ? 0 : Math.atan(0.5 * flutes.depth * flutes.count * Math.sin(phase));
    for (const [i, [radius, height]] of points.entries()) {
      const [nx, ny] = normals[i] as Point;
      mesh.positions.push(Math.sin(angle) * radius * scale, height, Math.cos(angle) * radius * scale);
      mesh.normals.push(Math.sin(angle - turn) * nx, ny, Math.cos(angle - turn) * nx);
      // Flat parts are textured from above, the rest along the profile and around the widest radius.
      if (Math.abs(ny) > 0.9) mesh.uvs.push(Math.sin(angle) * radius, Math.cos(angle) * radius);
      else mesh.uvs.push(angle * widest, -(lengths[i] as number));
    }
  }
  addGrid(mesh, segments + 1, points.length, 0);
  return mesh;
}

/** Draws a profile of [z, y] points, from the front to the back of the floor, out along X, centred. */
export function sweep(profile: readonly Point[], width: number): MeshData {
  const mesh = emptyMesh();
  const { points, normals, lengths } = outline(profile);
  for (const x of [-width / 2, width / 2])
    for (const [i, [z, y]] of points.entries()) {
      const [nz, ny] = normals[i] as Point;
      mesh.positions.push(x, y, z);
      mesh.normals.push(0, ny, nz);
      mesh.uvs.push(x, lengths[i] as number);
    }
  addGrid(mesh, 2, points.length, 0);
  return mesh;
}

/** An arch: a wall of `depth` with a round top and a round opening, standing on the floor. */
export function arch(outer: number, inner: number, straight: number, depth: number, segments = 48): MeshData {
  const mesh = emptyMesh();
  const curve = (radius: number): Point[] => [
    [radius, 0],
    ...Array.from({ length: segments + 1 }, (_, i): Point => {
      const angle = (i / segments) * Math.PI;
      return [Math.cos(angle) * radius, straight + Math.sin(angle) * radius];
    }),
    [-radius, 0],
  ];
  const [outside, inside] = [curve(outer), curve(inner)];
  const strip = (
    a: readonly Point[],
    b: readonly Point[],
    za: number,
    zb: number,
    normal: (i: number) => number[],
  ) => {
    const first = mesh.positions.length / 3;
    for (let i = 0; i < a.length; i++)
      for (const [[x, y], z] of [
        [a[i] as Point, za],
        [b[i] as Point, zb],
      ] as const) {
        mesh.positions.push(x, y, z);
        mesh.normals.push(...normal(i));
        mesh.uvs.push(x, y);
      }
    addGrid(mesh, a.length, 2, first);
  };
  const radial = (sign: number) => (i: number) => {
    const angle = Math.min(Math.PI, Math.max(0, ((i - 1) / segments) * Math.PI));
    return [Math.cos(angle) * sign, Math.sin(angle) * sign, 0];
  };
  strip(outside, inside, depth / 2, depth / 2, () => [0, 0, 1]);
  strip(inside, outside, -depth / 2, -depth / 2, () => [0, 0, -1]);
  strip(outside, outside, -depth / 2, depth / 2, radial(1));
  strip(inside, inside, depth / 2, -depth / 2, radial(-1));
  return mesh;
}

/** Copies `mesh` into `into`, moved by a 3×3 matrix (rows) and an offset. */
export function place(
  into: MeshData,
  mesh: MeshData,
  matrix: readonly number[],
  offset: readonly number[],
): void {
  const first = into.positions.length / 3;
  const turn = (from: readonly number[], i: number, row: number): number =>
    (matrix[row * 3] as number) * (from[i] as number) +
    (matrix[row * 3 + 1] as number) * (from[i + 1] as number) +
    (matrix[row * 3 + 2] as number) * (from[i + 2] as number);
  for (let i = 0; i < mesh.positions.length; i += 3)
    for (let row = 0; row < 3; row++) {
      into.positions.push(turn(mesh.positions, i, row) + (offset[row] as number));
      into.normals.push(turn(mesh.normals, i, row));
    }
  into.uvs.push(...mesh.uvs);
  into.indices.push(...mesh.indices.map((index) => index + first));
}

export const newMesh = emptyMesh;

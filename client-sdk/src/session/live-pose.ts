import { DioramaError, jsonPointer, type LivePose } from '@diorama/shared';

/** The transform of a pose, without its place in the tree. */
export const transformOf = ({ translation, rotation, scale }: LivePose): LivePose => ({
  translation,
  rotation,
  scale,
});

/** Seven digits are what the GPU keeps, and half as long as JSON. What is stored is exact. */
const DIGITS = 7;
const round = (n: number): number => Number(n.toPrecision(DIGITS));

export const rounded = ({ translation: t, rotation: r, scale: s }: LivePose): LivePose => ({
  translation: [round(t[0]), round(t[1]), round(t[2])],
  rotation: [round(r[0]), round(r[1]), round(r[2]), round(r[3])],
  scale: [round(s[0]), round(s[1]), round(s[2])],
});

const LENGTHS = { translation: 3, rotation: 4, scale: 3 } as const;

/** Throws `invalid_document` with a pointer to what is not so many finite numbers. */
export function assertLivePose(id: string, pose: LivePose): void {
  for (const [part, length] of Object.entries(LENGTHS)) {
    const numbers: unknown = pose[part as keyof typeof LENGTHS];
    if (Array.isArray(numbers) && numbers.length === length && numbers.every(Number.isFinite)) continue;
    const pointer = jsonPointer([id, part]);
    const message = `It is not ${length} finite numbers`;
    throw new DioramaError('invalid_document', `${pointer}: ${message}`, { issues: [{ pointer, message }] });
  }
}

/** The pose at `weight` of the way from `a` (0) to `b` (1): the rotation along the shorter arc. */
export const between = (a: LivePose, b: LivePose, weight: number): LivePose => ({
  translation: mix3(a.translation, b.translation, weight),
  rotation: slerp(a.rotation, b.rotation, weight),
  scale: mix3(a.scale, b.scale, weight),
});

type Vec3 = LivePose['translation'];
type Quat = LivePose['rotation'];

const mix = (a: number, b: number, weight: number): number => a + (b - a) * weight;
const mix3 = (a: Vec3, b: Vec3, weight: number): Vec3 => [
  mix(a[0], b[0], weight),
  mix(a[1], b[1], weight),
  mix(a[2], b[2], weight),
];

/** So near each other, a straight line is the arc, and the sine to divide by is none. */
const PARALLEL = 0.9995;

function slerp(a: Quat, b: Quat, weight: number): Quat {
  const dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
  const cosine = Math.min(1, Math.abs(dot));
  // A quaternion and its negative are one rotation: the nearer of the two is the shorter way.
  const sign = dot < 0 ? -1 : 1;
  const angle = Math.acos(cosine);
  const [fromWeight, toWeight] =
    cosine > PARALLEL
      ? [1 - weight, weight]
      : [Math.sin((1 - weight) * angle) / Math.sin(angle), Math.sin(weight * angle) / Math.sin(angle)];
  const at = (i: 0 | 1 | 2 | 3): number => a[i] * fromWeight + b[i] * toWeight * sign;
  const mixed: Quat = [at(0), at(1), at(2), at(3)];
  const length = Math.hypot(...mixed);
  return length === 0 ? b : [mixed[0] / length, mixed[1] / length, mixed[2] / length, mixed[3] / length];
}

/** Whether no part of two poses differs by more than a ten-thousandth. */
export const isClose = (a: LivePose, b: LivePose): boolean =>
  distance(a.translation, b.translation) < CLOSE &&
  // A quaternion and its negative are one rotation.
  Math.min(distance(a.rotation, b.rotation), distance(a.rotation, negative(b.rotation))) < CLOSE &&
  distance(a.scale, b.scale) < CLOSE;

const CLOSE = 1e-4;
const negative = (q: readonly number[]): number[] => q.map((part) => -part);
const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? 0))));

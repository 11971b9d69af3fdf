import { colorFor, PEOPLE_COLORS, type Person } from './person.js';

/**
 * The colour for somebody who goes by `name` and would have `wanted`: another one where somebody else present has that.
 *
 * Presence does not tell whose tabs are whose: who goes by the same name counts as the same person, and shares the colour.
 */
export function freeColor(wanted: string, name: string, others: readonly Person[]): string {
  const taken = new Set(others.filter((other) => other.name !== name).map(({ color }) => color));
  const first = PEOPLE_COLORS.findIndex((color) => color === wanted);
  const candidates = [
    wanted,
    ...others.filter((other) => other.name === name).map(({ color }) => color),
    ...PEOPLE_COLORS.map((_, i) => colorFor(first + 1 + i)),
  ];
  // With more people than colours some share one.
  return candidates.find((color) => !taken.has(color)) ?? wanted;
}

import type { Presence } from '@diorama/shared';

/** Somebody in the scene, as the editor shows them. */
export interface Person {
  readonly id: number;
  readonly name: string;
  /** A CSS colour that is safe to put into a style. */
  readonly color: string;
}

/** Light enough for dark text on them and apart from the accent, the axes' colours and each other. */
export const PEOPLE_COLORS = [
  '#f2a65a',
  '#5ec8a7',
  '#e879a6',
  '#62b6ef',
  '#c4a3f5',
  '#e6c84f',
  '#8fce6a',
  '#f0837a',
] as const;

const HEX_COLOR = /^#[0-9a-f]{6}$/i;

export const colorFor = (seed: number): string =>
  PEOPLE_COLORS[Math.abs(seed) % PEOPLE_COLORS.length] as string;

/** Foreign clients write what they like: a missing name or a colour that is none gets ours. */
export function personOf(id: number, presence: Presence): Person {
  const name = presence.user?.name.trim();
  const color = presence.user?.color ?? '';
  return {
    id,
    name: name === undefined || name === '' ? 'Guest' : name,
    color: HEX_COLOR.test(color) ? color : colorFor(id),
  };
}

/** The same colour for the same name, here and on every other machine. */
export const colorOfName = (name: string): string =>
  colorFor([...name].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) | 0, 7));

/** One or two letters for an avatar. */
export function initialsOf(name: string): string {
  const all = name.split(/\s+/).filter((word) => word !== '');
  // "Bob (guest)" is a B.
  const spoken = all.filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const words = spoken.length > 0 ? spoken : all;
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? '?')][0]?.toLocaleUpperCase()).join('');
}

/** How many of `count` others the top bar has room for; on a narrow screen what it says of saving comes first. */
export function shownOf(count: number, isNarrow: boolean): number {
  const most = isNarrow ? 1 : 5;
  // "+1" would take the place of the one that it counts.
  return count === most + 1 ? count : Math.min(count, most);
}

import type { EditCounts, Version } from '@diorama/shared';

import { exactTime } from '../time/words.js';

/** How a version is called in lists and sentences. */
export const versionLabel = (version: Version): string =>
  version.name === '' ? 'Automatic version' : version.name;

/** `Restored “First draft”`, from what the server says of a restore; a version without a name goes by its time. */
export function restoreLabel(summary: string): string {
  const said = /^Restored (?:the version of (\S+Z)|(.*))$/s.exec(summary);
  if (said === null) return summary;
  const at = Date.parse(said[1] ?? '');
  if (said[2] === undefined && !Number.isNaN(at)) return `Restored the version of ${exactTime(at)}`;
  return `Restored “${said[2] ?? said[1]}”`;
}

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const nodeCount = (count: number): string => plural(count, 'node', 'nodes');

/** `1 item added, 2 changed`; what is zero is left out. The server counts nodes, materials, comments and settings as one. */
export function countsInWords({ added, changed, removed }: EditCounts): string {
  const parts = [
    [added, 'added'],
    [changed, 'changed'],
    [removed, 'removed'],
  ] as const;
  const said = parts.filter(([count]) => count > 0);
  return said
    .map(([count, what], i) => (i === 0 ? `${plural(count, 'item', 'items')} ${what}` : `${count} ${what}`))
    .join(', ');
}

const KEY_WORD: ReadonlyMap<string, string> = new Map(
  Object.entries({
    pose: 'placement',
    visible: 'visibility',
    locked: 'lock',
    geometry: 'shape',
    castShadow: 'shadow',
    receiveShadow: 'shadow',
    materialOverrides: 'materials',
    extras: 'extra data',
    clip: 'animation',
    toneMapping: 'tone mapping',
    activeCamera: 'camera',
    upAxis: 'up axis',
    schemaVersion: 'schema version',
  }),
);

/** What has changed of something, each once: `placement, name`. */
export const keysInWords = (keys: readonly string[]): string =>
  [...new Set(keys.map((key) => KEY_WORD.get(key) ?? key))].join(', ');

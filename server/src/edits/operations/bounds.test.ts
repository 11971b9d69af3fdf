import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Draft } from '../draft.js';
import { faultsOfDraft } from './bounds.js';

/** What the net finds when a step writes `value` below `key` of a node. */
function written(key: string, value: unknown): readonly unknown[] {
  const doc = new Y.Doc();
  doc.getMap('nodes').set('n', new Y.Map([['kind', 'group']]));
  const draft = new Draft(doc);
  draft.step = 7;
  draft.write('nodes', 'n', { [key]: value });
  return faultsOfDraft(draft, 10);
}

describe('what a draft is about to write', () => {
  it('OPN-26: is judged as if an editor had written it, by the operation that did', () => {
    const pose = {
      parent: null,
      order: 'a0',
      translation: [0, 0, 0],
      rotation: [0, 0, 0, 1],
      scale: [1, 1, 1],
    };
    expect(written('pose', pose)).toEqual([]);
    expect(written('acme', { any: ['json'] })).toEqual([]);
    for (const [key, value, where] of [
      ['pose', { ...pose, translation: [Infinity, 0, 0] }, '/nodes/n/pose/translation/0'],
      ['pose', { ...pose, rotation: [NaN, 0, 0, 1] }, '/nodes/n/pose/rotation/0'],
      ['visible', 'perhaps', '/nodes/n/visible'],
      ['acme', [1, NaN], '/nodes/n/acme/1'],
      ['acme', 'x'.repeat(70_000), '/nodes/n/acme'],
    ] as const)
      expect(written(key, value)).toMatchObject([
        { pointer: '/operations/7', message: expect.stringContaining(`${where}: `) as string },
      ]);
  });
});

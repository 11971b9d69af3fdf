import fc from 'fast-check';
import { expect, it } from 'vitest';
import { partPath } from './part-path.js';

it('AST-16: a part may be called anything; its path is relative and never climbs', () => {
  const piece = fc.constantFrom('..', '.', '/', '\\', 'C:', 'a.glb', '\0', '\n', ' ', 'ü');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece).map((pieces) => pieces.join('')),
        fc.string(),
      ),
      (name) => {
        const path = partPath(name, 3);
        expect(path).not.toBe('');
        expect(path.split('/')).not.toContain('..');
        expect(path).not.toMatch(/^\/|\\|\0|\n/);
      },
    ),
    { numRuns: 2_000 },
  );
  expect([partPath(undefined, 3), partPath('', 0), partPath('..', 0)]).toEqual([
    'file-4',
    'file-1',
    'file-1',
  ]);
  expect(partPath('textures/wood/a.png', 0)).toBe('textures/wood/a.png');
});

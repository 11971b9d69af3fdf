import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeUri } from './uris.js';

describe('URIs of a model', () => {
  it.each([
    ['scene.bin', 'scene.bin'],
    ['./textures//a%20b.png', 'textures/a b.png'],
    ['a..b/c...png', 'a..b/c...png'],
    ['%252e%252e/a.bin', '%2e%2e/a.bin'],
    ['caf%C3%A9.png', 'café.png'],
  ])('AST-5: %j asks for %j', (uri, path) => {
    expect(judgeUri(uri)).toEqual({ path });
  });

  it('AST-5: whatever a URI is, the path that it asks for never climbs', () => {
    const piece = fc.constantFrom(
      '..',
      '.',
      '/',
      '\\',
      '%2e',
      '%2F',
      '%5c',
      'a',
      ' ',
      'file:',
      'C:',
      '%',
      '%00',
      '\n',
      'é',
      '//',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(piece).map((pieces) => pieces.join('')),
          fc.string(),
        ),
        (uri) => {
          const judged = judgeUri(uri);
          if (typeof judged === 'string' || 'why' in judged) return;
          expect(judged.path).not.toMatch(/^[/\\]|\\|\0|^[a-z][a-z0-9+.-]*:/i);
          expect(judged.path.split('/').map((segment) => segment.trim())).not.toContain('..');
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

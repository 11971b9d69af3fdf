import { DioramaError } from '@diorama/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkDepth, JSON_DEPTH_MAX, parseJson } from './json-body.js';

const bytes = (text: string) => new TextEncoder().encode(text);
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof DioramaError) return error.code;
    throw error;
  }
}

describe('JSON bodies', () => {
  it('REST-9: the deepest body that is taken has as many levels as the limit', () => {
    expect(codeOf(() => checkDepth(bytes(nested(JSON_DEPTH_MAX))))).toBeUndefined();
    expect(codeOf(() => checkDepth(bytes(nested(JSON_DEPTH_MAX + 1))))).toBe('json_too_deep');
  });

  it('REST-9: brackets inside strings do not count, whatever is escaped there', () => {
    const text = JSON.stringify({ 'a\\"[[[': `\\"${'['.repeat(200)}\\\\`, b: ['"', '\\'] });
    expect(codeOf(() => checkDepth(bytes(text)))).toBeUndefined();
  });

  it('REST-8: what JSON.stringify writes is read back, and anything else is malformed_json', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
        const text = JSON.stringify(value);
        expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
        expect(codeOf(() => parseJson(bytes(`${text}}`)))).toBe('malformed_json');
      }),
    );
  });

  it('REST-8: bytes that are not UTF-8 are malformed_json', () => {
    expect(codeOf(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22)))).toBe('malformed_json');
  });
});

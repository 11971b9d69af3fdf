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
        fc.pre(!text.includes('__proto__'));
        expect(parseJson(bytes(text))).toEqual(JSON.parse(text));
        expect(codeOf(() => parseJson(bytes(`${text}}`)))).toBe('malformed_json');
      }),
    );
  });

  it('REST-17: text that would not be stored as it is is refused by its pointer, however it is escaped', () => {
    const faultsOf = (text: string): unknown => {
      try {
        parseJson(bytes(text));
        return [];
      } catch (error) {
        if (!(error instanceof DioramaError)) throw error;
        return [error.code, ...error.issues.map(({ pointer, code }) => `${pointer} ${code}`)];
      }
    };
    for (const fine of [
      '"\\ud83d\\ude00"',
      '"\\\\ud800"',
      '{"proto__":"__proto__","a":"\\u0000"}',
      '"\u{1f600}"',
    ])
      expect(faultsOf(fine)).toEqual([]);
    expect(faultsOf('{"name":"\\ud800"}')).toEqual(['invalid_request', '/name invalid_request']);
    expect(faultsOf('{"document":{"nodes":{"a":{"tags":["x","\\uDE00\\uD83D"]},"\\uDFFF":{}}}}')).toEqual([
      'invalid_document',
      '/document/nodes/a/tags/1 invalid_document',
      '/document/nodes/\udfff invalid_document',
    ]);
    expect(faultsOf('{"operations":[{"values":{"__pr\\u006Fto__":{"__proto__":1}}}]}')).toEqual([
      'invalid_operations',
      '/operations/0/values/__proto__ invalid_document',
      '/operations/0/values/__proto__/__proto__ invalid_document',
    ]);
    expect(faultsOf('"\\udc00"')).toEqual(['invalid_request', ' invalid_request']);
    expect(faultsOf(`[${'"\\ud800",'.repeat(1000)}1]`)).toHaveLength(101);
  });

  it('REST-8: bytes that are not UTF-8 are malformed_json', () => {
    expect(codeOf(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22)))).toBe('malformed_json');
  });
});

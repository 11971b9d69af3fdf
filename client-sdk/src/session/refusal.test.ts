import { encodeRefused, type ErrorCode } from '@diorama/shared';
import { createDecoder, readVarUint } from 'lib0/decoding';
import { describe, expect, it } from 'vitest';
import { readRefusal } from './refusal.js';

const refusalOf = (code: ErrorCode, corrected: boolean) => {
  const decoder = createDecoder(encodeRefused({ frame: 7, code, detail: 'why', issues: [], corrected }));
  readVarUint(decoder);
  return readRefusal(decoder);
};

describe('what a refusal means for the document', () => {
  it.each<[ErrorCode, boolean, string]>([
    ['invalid_document', true, 'corrected'],
    ['invalid_document', false, 'final'],
    ['client_id_taken', true, 'final'],
    ['storage_unavailable', false, 'postponed'],
    ['unauthenticated', false, 'postponed'],
  ])('%s, undone by the server: %s, is %s', (code, corrected, outcome) => {
    expect(refusalOf(code, corrected)).toMatchObject({ outcome, frame: 7, error: { code, message: 'why' } });
  });
});

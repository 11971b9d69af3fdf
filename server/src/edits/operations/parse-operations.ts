import { issuesOf, operationSchema, type Issue, type Operation } from '@diorama/shared';
import { setImmediate as othersHaveRun } from 'node:timers/promises';

export type RawOperation = Readonly<Record<string, unknown>>;

/** What a caller sent, and what the schema says of it: the operation, or its faults. */
export type ParsedOperation =
  | { readonly raw: RawOperation; readonly operation: Operation }
  | { readonly raw: unknown; readonly operation?: undefined; readonly faults: readonly Issue[] };

/** So long nobody else gets a turn. */
const SLICE_MS = 4;

export function parseOperation(raw: unknown): ParsedOperation {
  const parsed = operationSchema.safeParse(raw);
  if (parsed.success) return { raw: raw as RawOperation, operation: parsed.data };
  const faults = issuesOf(parsed.error).map((issue): Issue => ({ ...issue, code: 'invalid_document' }));
  return { raw, faults };
}

/** Parses operations in slices, so that others go on meanwhile: what the schema says does not depend on the document. */
export async function parseOperations(operations: readonly unknown[]): Promise<ParsedOperation[]> {
  const parsed: ParsedOperation[] = [];
  let until = performance.now() + SLICE_MS;
  for (const raw of operations) {
    parsed.push(parseOperation(raw));
    if (performance.now() < until) continue;
    await othersHaveRun();
    until = performance.now() + SLICE_MS;
  }
  return parsed;
}

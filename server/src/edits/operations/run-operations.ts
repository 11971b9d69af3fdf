import { DioramaError, jsonPointer, type Issue, type Operation, type OperationResult } from '@diorama/shared';
import { add } from './add.js';
import { move, reparent } from './arrange.js';
import { faultsOfDraft } from './bounds.js';
import { comment } from './comment.js';
import type { Done, OperationContext } from './context.js';
import { OperationFault } from './fault.js';
import type { ParsedOperation, RawOperation } from './parse-operations.js';
import { remove } from './remove.js';
import { set } from './set.js';

/** An answer that lists a million faults helps nobody. */
const ISSUES_MAX = 1_000;

/** A batch may write as much as three times the largest document; lifting the same nodes again and again would be far more. */
const WRITES_MAX = 300_000;

/**
 * Applies operations to a draft, in order; each sees what the ones before it did.
 *
 * Throws `invalid_operations` with the faults of all that cannot be applied, or `id_taken` when that is all that is wrong.
 * What only fails because an operation before it did is not listed.
 */
export function runOperations(
  context: OperationContext,
  operations: readonly ParsedOperation[],
): OperationResult[] {
  const issues: Issue[] = [];
  const results: OperationResult[] = [];
  /** Ids that faulty operations would have added: that they are missing is no fault of its own. */
  const expected = new Set<unknown>();
  for (const [at, parsed] of operations.entries()) {
    const { raw } = parsed;
    context.draft.step = at;
    const faults =
      parsed.operation === undefined ? parsed.faults : tryOne(context, parsed.operation, parsed.raw, results);
    if (context.draft.writes > WRITES_MAX) {
      issues.push({
        pointer: jsonPointer(['operations', at]),
        message: `The batch would write more than ${WRITES_MAX} items, those counted again that it writes again`,
        code: 'over_budget',
      });
      break;
    }
    if (faults.length === 0) continue;
    const consequence = faults.every(({ code }) => code === 'unknown_id') && mentions(raw, expected);
    const { id, op } = (raw ?? {}) as RawOperation;
    if ((op === 'add' || op === 'comment') && !faults.some(({ code }) => code === 'id_taken'))
      expected.add(id);
    if (consequence) continue;
    for (const issue of faults)
      issues.push({ ...issue, pointer: jsonPointer(['operations', at]) + issue.pointer });
  }
  if (issues.length === 0) issues.push(...faultsOfDraft(context.draft, ISSUES_MAX));
  if (issues.length > 0) throw failure(issues);
  return results;
}

function tryOne(
  context: OperationContext,
  operation: Operation,
  raw: RawOperation,
  results: OperationResult[],
): readonly Issue[] {
  if (!context.mayEdit && operation.op !== 'comment')
    return [{ pointer: '/op', message: 'Commenters write comments only', code: 'forbidden' }];
  try {
    results.push({ op: operation.op, ...runOne(context, operation, raw) });
    return [];
  } catch (error) {
    if (!(error instanceof OperationFault)) throw error;
    return error.issues;
  }
}

function runOne(context: OperationContext, operation: Operation, raw: RawOperation): Done {
  switch (operation.op) {
    case 'add':
      return add(context, operation, raw);
    case 'set':
      return set(context, operation);
    case 'move':
      return move(context, operation);
    case 'reparent':
      return reparent(context, operation);
    case 'delete':
      return remove(context, operation);
    case 'comment':
      return comment(context, operation);
  }
}

const ID_FIELDS = ['id', 'parent', 'before', 'after', 'thread'];

function mentions(raw: unknown, ids: ReadonlySet<unknown>): boolean {
  if (ids.size === 0) return false;
  const operation = raw as RawOperation;
  const node = (operation['node'] ?? operation['values'] ?? operation['anchor']) as RawOperation | undefined;
  const pose = node?.['pose'] as RawOperation | undefined;
  return (
    ID_FIELDS.some((field) => ids.has(operation[field])) ||
    (pose?.['parent'] !== undefined && ids.has(pose['parent'])) ||
    (node?.['node'] !== undefined && ids.has(node['node']))
  );
}

function failure(issues: readonly Issue[]): DioramaError {
  const only = (code: string): boolean => issues.every((issue) => issue.code === code);
  const code = only('id_taken')
    ? 'id_taken'
    : only('forbidden')
      ? 'forbidden'
      : only('not_author')
        ? 'not_author'
        : 'invalid_operations';
  const first = issues[0] as Issue;
  const more = issues.length > 1 ? ` (${issues.length} faults in all)` : '';
  return new DioramaError(code, `${first.pointer}: ${first.message}${more}; nothing was applied`, {
    issues: issues.slice(0, ISSUES_MAX),
  });
}

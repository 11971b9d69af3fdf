import { jsonPointer, type Issue } from '@diorama/shared';

/** Why one operation cannot be applied. Pointers are relative to the operation. */
export class OperationFault extends Error {
  override readonly name = 'OperationFault';
  readonly issues: readonly Issue[];

  constructor(issues: readonly Issue[]) {
    super(issues[0]?.message ?? 'The operation cannot be applied');
    this.issues = issues;
  }
}

/** A code of ours says what kind of fault it is, so that programs need not read the message. */
export type FaultCode =
  | 'invalid_document'
  | 'id_taken'
  | 'unknown_id'
  | 'below_itself'
  | 'forbidden'
  | 'not_author'
  | 'over_budget';

export const fault = (path: readonly PropertyKey[], code: FaultCode, message: string): OperationFault =>
  new OperationFault([{ pointer: jsonPointer(path), message, code }]);

import type { OperationResult } from '@diorama/shared';
import type { Draft } from '../draft.js';

/** What operations are applied to, and with. */
export interface OperationContext {
  readonly draft: Draft;
  /** Makes an id that is nobody's yet. */
  readonly newId: () => string;
  /** Who comments, as the comment shows it. */
  readonly author: string;
  /** When, RFC 3339. */
  readonly now: string;
}

export type Done = Omit<OperationResult, 'op'>;

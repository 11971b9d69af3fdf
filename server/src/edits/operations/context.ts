import type { OperationResult, Signer } from '@diorama/shared';
import type { Draft } from '../draft.js';

/** What operations are applied to, and with. */
export interface OperationContext {
  readonly draft: Draft;
  /** Makes an id that is nobody's yet. */
  readonly newId: () => string;
  /** Who comments: the comment shows the name. */
  readonly author: Signer;
  /** Whether what others have written may be settled, and the scene be changed. */
  readonly mayEdit: boolean;
  /** When, RFC 3339. */
  readonly now: string;
}

export type Done = Omit<OperationResult, 'op'>;

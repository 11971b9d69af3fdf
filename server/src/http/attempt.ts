import { newKey } from '@diorama/shared';

/** One try of a request to change something. Those with the same `Idempotency-Key` share their `effectKey`. */
export interface Attempt {
  /** What the ids of what the request makes are made of: 20 letters and digits that nobody can guess. */
  readonly effectKey: string;
  /** Whether an earlier try may have taken effect without anybody having heard of it. */
  readonly isRepeated: boolean;
  /** Whether there may be a later one. */
  readonly mayBeRepeated: boolean;
}

/** A request without a key: another one like it is another wish. */
export const onlyAttempt = (): Attempt => ({ effectKey: newKey(), isRepeated: false, mayBeRepeated: false });

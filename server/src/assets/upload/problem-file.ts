import type { DioramaError, UploadResult } from '@diorama/shared';
import { DioramaError as Failure } from '@diorama/shared';

/** A file of an upload that was not taken in, and why. */
export interface Refusal {
  readonly file: string;
  readonly error: DioramaError;
}

const issuesOf = ({ file, error }: Refusal) =>
  (error.issues.length > 0
    ? error.issues
    : [{ pointer: '', message: error.message, severity: 'error' as const }]
  ).map((issue) => ({ ...issue, file: issue.file ?? file }));

/** As it stands in the `problems` of an upload's result. */
export const toUploadProblem = (refusal: Refusal, requestId: string): UploadResult['problems'][number] => ({
  ...refusal.error.toProblem(requestId),
  issues: issuesOf(refusal),
  file: refusal.file,
});

/** The one error of an upload of which nothing was taken in: the first file's, with the issues of all. */
export function refuseAll(refusals: readonly [Refusal, ...Refusal[]]): DioramaError {
  const [first, ...others] = refusals;
  const more = others.length === 0 ? '' : ` (${others.length} more refused)`;
  return new Failure(first.error.code, `${first.file}: ${first.error.message}${more}`, {
    issues: refusals.flatMap(issuesOf),
    cause: first.error,
  });
}

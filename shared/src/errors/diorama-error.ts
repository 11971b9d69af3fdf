import { errorEntry, type ErrorCode } from './catalogue.js';
import type { Issue, Problem } from './problem.js';

export interface DioramaErrorOptions {
  readonly issues?: readonly Issue[];
  readonly cause?: unknown;
}

/** An error that may be shown to whoever called: a code of the catalogue, a sentence, and what is wrong where. */
export class DioramaError extends Error {
  override readonly name = 'DioramaError';
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];

  constructor(code: ErrorCode, detail?: string, options: DioramaErrorOptions = {}) {
    super(
      detail ?? errorEntry(code).title,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.issues = options.issues ?? [];
  }

  get status(): number {
    return errorEntry(this.code).status;
  }

  get closeCode(): number {
    return errorEntry(this.code).close ?? 1011;
  }

  get retryable(): boolean {
    return errorEntry(this.code).retryable;
  }

  /** The RFC 9457 form. `instance` is the request id. */
  toProblem(instance?: string): Problem {
    const entry = errorEntry(this.code);
    return {
      type: `/docs/errors#${this.code}`,
      title: entry.title,
      status: entry.status,
      code: this.code,
      detail: this.message,
      retryable: entry.retryable,
      ...(instance === undefined ? {} : { instance }),
      ...(this.issues.length > 0 ? { issues: [...this.issues] } : {}),
    };
  }

  static fromProblem(problem: Problem): DioramaError {
    return new DioramaError(problem.code, problem.detail ?? problem.title, { issues: problem.issues ?? [] });
  }
}

import { DioramaError, type Issue, type ValidationReport } from '@diorama/shared';
import validator, { type ValidatorMessage, type ValidatorReport } from 'gltf-validator';
import type { AssetLimits } from '../limits.js';
import { judgeUri } from './uris.js';

const SEVERITIES = ['error', 'warning', 'information', 'hint'] as const;

const toIssue = ({ code, message, severity, pointer, offset }: ValidatorMessage): Issue => ({
  pointer: pointer ?? '',
  message: offset === undefined ? message : `${message} (at byte ${offset})`,
  code,
  severity: SEVERITIES[severity],
});

/** What a file has of one kind may crowd out errors; those kinds are then left out and counted no further. */
const MAX_PASSES = 8;

export interface ValidateOptions {
  readonly format: 'glb' | 'gltf';
  readonly bytes: Uint8Array;
  /** URI as in the JSON → bytes: what came along, and nothing else. */
  readonly resources: ReadonlyMap<string, Uint8Array>;
  readonly limits: AssetLimits;
}

function pathOf(uri: string): string {
  const judged = judgeUri(uri);
  return typeof judged === 'object' && 'path' in judged ? judged.path : uri;
}

async function run(
  { format, bytes, resources, limits }: ValidateOptions,
  ignoredIssues: string[],
): Promise<ValidatorReport> {
  // The validator asks for a URI in its own normal form, which is not always the form in the JSON.
  const byPath = new Map([...resources].map(([uri, found]) => [pathOf(uri), found]));
  return validator.validateBytes(bytes, {
    // Without a format, a broken GLB throws instead of being reported.
    format,
    maxIssues: limits.issues,
    writeTimestamp: false,
    ignoredIssues,
    externalResourceFunction: async (uri) => {
      const found = byPath.get(pathOf(uri));
      if (found === undefined) throw new Error('It did not come along');
      return found;
    },
  });
}

/**
 * Runs the Khronos validator.
 *
 * A report that was cut off is not a pass: harmless kinds of issues that fill it are left out in further passes until
 * the rest is whole. Throws `asset_invalid` with the issues if there is an error, or if no whole report can be had.
 */
export async function validateGltf(options: ValidateOptions): Promise<ValidationReport> {
  const ignored = new Set<string>();
  const first = await run(options, []);
  let last = first;
  for (let pass = 1; last.issues.truncated && last.issues.numErrors === 0 && pass < MAX_PASSES; pass++) {
    for (const message of last.issues.messages) ignored.add(message.code);
    last = await run(options, [...ignored]);
  }
  const { issues } = last.issues.numErrors > 0 ? last : first;
  const report: ValidationReport = {
    validator: `gltf-validator ${first.validatorVersion}`,
    errors: issues.numErrors,
    warnings: issues.numWarnings,
    infos: issues.numInfos,
    hints: issues.numHints,
    truncated: first.issues.truncated,
    issues: issues.messages.map(toIssue),
  };
  if (report.errors > 0) {
    const errors = report.issues.filter((issue) => issue.severity === 'error');
    const worst = errors[0];
    const more = report.errors > 1 ? ` (and ${report.errors - 1} more errors)` : '';
    throw new DioramaError('asset_invalid', `${worst?.pointer || '/'}: ${worst?.message}${more}`, {
      issues: [...errors, ...report.issues.filter((issue) => issue.severity !== 'error')],
    });
  }
  if (last.issues.truncated)
    throw new DioramaError('asset_invalid', 'It has more issues than the validator can report');
  return report;
}

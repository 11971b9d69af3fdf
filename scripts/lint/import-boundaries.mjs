import { relative, sep } from 'node:path';

import { ROOT } from '../lib/paths.mjs';
import { boundaryProblem } from './boundaries.mjs';

/**
 * ESLint rule: an import that the architecture does not allow is an error.
 *
 * A rule of our own, because with `no-restricted-imports` each block of the configuration replaces the options of
 * the one before, so the rules of package, folder and platform cannot simply add up.
 *
 * @type {import('eslint').Rule.RuleModule}
 */
export const importBoundaries = {
  meta: { type: 'problem', schema: [], messages: { boundary: '{{problem}}' } },
  create(context) {
    const file = relative(ROOT, context.filename).split(sep).join('/');
    const check = (source) => {
      if (typeof source?.value !== 'string') return;
      const problem = boundaryProblem(file, source.value);
      if (problem) context.report({ node: source, messageId: 'boundary', data: { problem } });
    };
    const checkSource = (node) => check(node.source);
    return {
      ImportDeclaration: checkSource,
      ImportExpression: checkSource,
      ExportAllDeclaration: checkSource,
      ExportNamedDeclaration: checkSource,
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
    };
  },
};

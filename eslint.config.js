import { defineConfig, globalIgnores } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import globals from 'globals';
import tseslint from 'typescript-eslint';

import { importBoundaries } from './scripts/lint/import-boundaries.mjs';

const TYPESCRIPT = ['**/*.ts', '**/*.tsx'];
const TESTS = ['**/*.test.ts', '**/*.test.tsx', '*/test/**/*.ts', 'test/**/*.ts', '**/*.config.ts'];

export default defineConfig(
  globalIgnores([
    '**/dist/',
    '**/dist-types/',
    '.diorama/',
    'test-results/',
    'playwright-report/',
    'editor/public/',
  ]),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },

  {
    files: TYPESCRIPT,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: './tsconfig.tests.json', tsconfigRootDir: import.meta.dirname },
    },
    plugins: { diorama: { rules: { 'import-boundaries': importBoundaries } } },
    rules: {
      'diorama/import-boundaries': 'error',
      'max-lines': ['warn', { max: 250, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-control-regex': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      // Numbers in messages are harmless, and `String(n)` around each hides the message.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // An `async` function without `await` still promises its caller that it never throws synchronously.
      '@typescript-eslint/require-await': 'off',
    },
  },

  {
    // A test may be long, and may print the seed and the figures that a reader of its run wants to see.
    files: TESTS,
    rules: { 'max-lines': 'off', 'no-console': 'off' },
  },

  {
    files: ['editor/src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: {
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      // Props hold plain functions, which TypeScript cannot tell from methods that need their `this`.
      '@typescript-eslint/unbound-method': 'off',
    },
  },

  {
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: globals.node },
    rules: {
      'no-unused-vars': 'error',
      'no-undef': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
);

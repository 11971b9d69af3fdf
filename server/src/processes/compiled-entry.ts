import { fileURLToPath } from 'node:url';

/**
 * The compiled file of a module that runs in a thread or process of its own.
 *
 * Node cannot run our TypeScript, so a caller that itself runs from `src` (in the tests) gets the file in `dist`.
 *
 * @param from `import.meta.url` of the caller
 * @param relative path of the entry from the caller's folder, with `.js`
 */
export const compiledEntry = (from: string, relative: string): string =>
  fileURLToPath(new URL(relative, from)).replace(/([\\/])src\1(?!.*\1src\1)/, '$1dist$1');

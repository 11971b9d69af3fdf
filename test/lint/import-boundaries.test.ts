import { fileURLToPath } from 'node:url';

import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

// The real configuration, so that this also proves that it uses the rule; without type information, which these
// files do not have because they do not exist.
const eslint = new ESLint({
  cwd: root,
  overrideConfig: [
    tseslint.configs.disableTypeChecked,
    { languageOptions: { parserOptions: { project: null } } },
  ],
});

async function boundaryErrors(file: string, source: string): Promise<string[]> {
  const results = await eslint.lintText(source, { filePath: `${root}${file}` });
  return results
    .flatMap((result) => result.messages)
    .filter((message) => message.ruleId === 'diorama/import-boundaries' || message.fatal)
    .map((message) => message.message);
}

describe('between packages', () => {
  it.each([
    ['shared/src/a.ts', 'server'],
    ['shared/src/a.ts', 'client-sdk'],
    ['client-sdk/src/a.ts', 'server'],
    ['client-sdk/src/a.ts', 'editor'],
    ['server/src/a.ts', 'client-sdk'],
    ['server/src/a.ts', 'render-worker'],
    ['render-worker/src/a.ts', 'server'],
    ['editor/src/a.tsx', 'server'],
    ['editor/src/a.tsx', 'render-worker'],
  ])('%s may not import %s', async (file, target) => {
    const errors = await boundaryErrors(
      file,
      `import { a } from '@diorama/${target}';\nexport const b = a;\n`,
    );
    expect(errors).toEqual([expect.stringContaining(`may not import "${target}"`)]);
  });

  it.each([
    ['client-sdk/src/a.ts', '@diorama/shared'],
    ['server/src/rooms/a.ts', '@diorama/shared/scene-view'],
    ['render-worker/src/a.ts', '@diorama/shared/scene-view'],
    ['editor/src/a.tsx', '@diorama/client-sdk/three'],
    ['editor/src/a.tsx', '@diorama/shared'],
  ])('%s may import %s', async (file, specifier) => {
    expect(await boundaryErrors(file, `export { a } from '${specifier}';\n`)).toEqual([]);
  });

  it('a relative path may not lead into another package', async () => {
    const errors = await boundaryErrors('server/src/a.ts', `export * from '../../shared/src/index.js';\n`);
    expect(errors).toEqual([expect.stringContaining('may not leave its package')]);
  });

  it.each([
    ['a dynamic import', `export const a = () => import('@diorama/server');\n`],
    ['a type-only import', `import type { A } from '@diorama/server';\nexport type B = A;\n`],
    ['an import inside a type', `export type A = import('@diorama/server').A;\n`],
    ['an export from', `export * from '@diorama/server';\n`],
  ])('%s is an import too', async (_form, source) => {
    expect(await boundaryErrors('editor/src/a.ts', source)).toHaveLength(1);
  });
});

describe('inside the server', () => {
  it('a domain may not import an adapter', async () => {
    const errors = await boundaryErrors(
      'server/src/log/a.ts',
      `export * from '../adapters/pglite/pool.js';\n`,
    );
    expect(errors).toEqual([expect.stringContaining('Only composition/ may import an adapter')]);
  });

  it.each(['main', 'config', 'composition/rendering'])('a domain may not import %s.ts', async (name) => {
    const errors = await boundaryErrors('server/src/log/a.ts', `export * from '../${name}.js';\n`);
    expect(errors).toEqual([expect.stringContaining('Only main.ts and composition/ know the configuration')]);
  });

  it.each([
    ['composition/', 'server/src/composition/a.ts', '../adapters/pglite/pool.js'],
    ['an adapter', 'server/src/adapters/pglite/a.ts', './pool.js'],
    ['a test', 'server/src/log/a.test.ts', '../adapters/pglite/pool.js'],
  ])('%s may import an adapter', async (_who, file, specifier) => {
    expect(await boundaryErrors(file, `export * from '${specifier}';\n`)).toEqual([]);
  });
});

describe('in packages that run in browsers', () => {
  it.each([
    ['shared/src/a.ts', 'node:fs'],
    ['client-sdk/src/session/a.ts', 'node:events'],
    ['editor/src/a.tsx', 'path'],
  ])("%s may not import Node's %s", async (file, builtin) => {
    const errors = await boundaryErrors(file, `export * from '${builtin}';\n`);
    expect(errors).toEqual([expect.stringContaining(`may not import Node's "${builtin}"`)]);
  });

  it.each(['client-sdk/src/node/a.ts', 'client-sdk/src/session/a.test.ts', 'server/src/a.ts'])(
    '%s runs on Node alone and may',
    async (file) => {
      expect(await boundaryErrors(file, `export * from 'node:fs';\n`)).toEqual([]);
    },
  );
});

import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigError, environmentSchema, loggableConfig, readConfig } from './config.js';

let dataDir: string;
beforeEach(() => (dataDir = mkdtempSync(join(tmpdir(), 'diorama-config-'))));
afterEach(() => rmSync(dataDir, { recursive: true }));

const read = (env: NodeJS.ProcessEnv = {}) => readConfig({ DIORAMA_DATA_DIR: dataDir, ...env });

/** docs/configuration.md; run `npx vitest run server/src/config.test.ts -u` after a change. */
function configurationPage(): string {
  const { properties = {} } = z.toJSONSchema(environmentSchema, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties).map(([name, property]) => {
    const { default: fallback, description } = property as {
      default?: string | number;
      description?: string;
    };
    return `| \`${name}\` | ${fallback === undefined ? '' : `\`${String(fallback)}\``} | ${description ?? ''} |`;
  });
  return [
    '# Configuration',
    '',
    'The server reads its environment once, at the start. A variable that it cannot use ends it with a message that names it.',
    'This table is generated from `server/src/config.ts`.',
    '',
    '| variable | default | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

describe('configuration', () => {
  it('OPS-3: every variable that is wrong is named', () => {
    expect(() => read({ PORT: '70000', LOG_LEVEL: 'loud' })).toThrow(/PORT[\s\S]*LOG_LEVEL/);
    expect(() => read({ DEMO: 'perhaps' })).toThrow(ConfigError);
  });

  it('OPS-3: variables that contradict each other are named', () => {
    const s3 = { S3_BUCKET: 'objects' };
    expect(read({ ...s3, S3_FORCE_PATH_STYLE: 'false' }).S3_FORCE_PATH_STYLE).toBe(false);
    expect(read(s3).RENDER_WORKERS).toBe(1);
    expect(() => read({ ...s3, S3_ACCESS_KEY_ID: 'key' })).toThrow(/S3_SECRET_ACCESS_KEY/);
    expect(() => read({ S3_ENDPOINT: 'http://127.0.0.1:9000' })).toThrow(/S3_BUCKET/);
    expect(() => read({ REDIS_URL: 'http://127.0.0.1' })).toThrow(/REDIS_URL/);
  });

  it('OPS-3: an empty variable is an unset one', () => {
    expect(read({ PORT: '', AUTH_JWT_SECRET: '' })).toMatchObject({ PORT: 8080, developmentIdentity: true });
  });

  it('OPS-3: docs/configuration.md names every variable with its default', async () => {
    await expect(configurationPage()).toMatchFileSnapshot('../../docs/configuration.md');
  });

  it('ACC-4: the development secret is made once and only its owner may read it', () => {
    const first = read();
    expect(read().jwtSecret).toBe(first.jwtSecret);
    expect(statSync(join(dataDir, 'development-secret')).mode & 0o077).toBe(0);
    expect(() => read({ HOST: '192.0.2.1' })).toThrow(/AUTH_JWT_SECRET/);
    expect(read({ HOST: '::1' }).developmentIdentity).toBe(true);
  });

  it('OPS-6: secrets are hidden from the log', () => {
    const secret = 'x'.repeat(40);
    const config = read({ AUTH_JWT_SECRET: secret, DATABASE_URL: 'postgres://me:password@db/x' });
    expect(JSON.stringify(loggableConfig(config))).not.toMatch(/x{40}|password/);
  });
});

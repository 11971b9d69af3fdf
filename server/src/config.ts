import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';

const count = (least: number, most: number, fallback: number) =>
  z.coerce.number().int().min(least).max(most).default(fallback);

/** The environment that the server reads; names carry their units. */
export const environmentSchema = z.object({
  HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('Address to listen on. A public one needs AUTH_JWT_SECRET.'),
  PORT: count(0, 65535, 8080).describe('Port to listen on; 0 takes a free one.'),
  DIORAMA_DATA_DIR: z
    .string()
    .min(1)
    .default('.diorama')
    .describe('Where the embedded database and objects live.'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: 'Expected postgres://USER:PASSWORD@HOST:PORT/DATABASE' })
    .optional()
    .describe('Postgres ≥ 14 instead of the embedded database.'),
  REDIS_URL: z
    .url({ protocol: /^rediss?$/, error: 'Expected redis://HOST:PORT or rediss://HOST:PORT' })
    .optional()
    .describe('Redis ≥ 6, by which servers that share DATABASE_URL hear each other at once.'),
  AUTH_JWT_SECRET: z
    .string()
    .min(32, 'must be at least 32 characters')
    .optional()
    .describe(
      'HS256 secret of the tokens. Without it a development secret is made, and only loopback is served.',
    ),
  S3_BUCKET: z
    .string()
    .min(3)
    .optional()
    .describe(
      'S3 bucket of the objects, instead of the data directory. Servers that share DATABASE_URL need it.',
    ),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('S3 server other than AWS, such as MinIO.'),
  S3_REGION: z.string().min(1).default('us-east-1').describe('Region of the bucket.'),
  S3_ACCESS_KEY_ID: z
    .string()
    .min(1)
    .optional()
    .describe("Key of the bucket; without it the AWS SDK's own chain: environment, profile, instance role."),
  S3_SECRET_ACCESS_KEY: z.string().min(1).optional().describe('Secret of S3_ACCESS_KEY_ID.'),
  S3_FORCE_PATH_STYLE: z
    .enum(['true', 'false'])
    .optional()
    .transform((value) => (value === undefined ? undefined : value === 'true'))
    .describe(
      'Whether the bucket is in the path and not in the host name. By default it is where S3_ENDPOINT is set.',
    ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least level of the JSON lines on stderr. `npm start` sets `warn` unless it is set.'),
  RENDER_WORKERS: count(0, 64, 1).describe('Render workers that the server starts and watches; 0 for none.'),
  RENDER_TIMEOUT_MS: count(1_000, 3_600_000, 120_000).describe('A render job that takes longer is stopped.'),
  RENDER_CACHE_MAX_BYTES: count(1 << 20, 2 ** 50, 4 * 2 ** 30).describe(
    'Most that copies of objects for render workers take in the data directory, where the objects are in S3.',
  ),
  MAX_JSON_BODY_BYTES: count(1_024, 1 << 30, 32 << 20).describe('Largest JSON body.'),
  MAX_UPLOAD_BYTES: count(1_024, 2 ** 40, 512 << 20).describe('Largest upload request.'),
  HTTP_BODY_IDLE_MS: count(100, 3_600_000, 60_000).describe(
    'A request of whose body nothing comes for this time is ended; while something comes it may take any time.',
  ),
  WS_MAX_FRAME_BYTES: count(1_024, 1 << 30, 16 << 20).describe('Largest frame on a sync connection.'),
  WS_TOKEN_LEAD_MS: count(0, 3_600_000, 30_000).describe(
    'How long before its end another token is asked for; halfway through what is left of a shorter one.',
  ),
  WS_TOKEN_GRACE_MS: count(0, 3_600_000, 10_000).describe(
    'How long a connection whose token has ended may go on reading while it waits for another.',
  ),
  WS_MAX_MESSAGES_PER_SECOND: count(10, 1_000_000, 5_000).describe(
    'Messages a second of one connection; what is more has to wait. Twice as many may come at once.',
  ),
  WS_MAX_BYTES_PER_SECOND: count(1_024, 2 ** 40, 32 << 20).describe(
    'Bytes a second of one connection; what is more has to wait. Twice as many may come at once.',
  ),
  WS_FAN_OUT_WINDOW_MS: count(0, 1_000, 10).describe(
    'How long what the clients of a scene are sent is joined into one write while it keeps coming; after a quiet time it leaves at once.',
  ),
  SCENE_MAX_BYTES: count(1_024, 2 ** 40, 64 << 20).describe(
    'Largest encoded document of a scene; a larger one takes deletions only.',
  ),
  LOG_COMMIT_WINDOW_MS: count(0, 1_000, 20).describe(
    'How long edits are gathered for one commit while they keep coming; after a quiet time they are committed at once.',
  ),
  LOG_COMPACT_ROWS: count(1, 1_000_000, 1_000).describe(
    'Rows of log behind a snapshot that make a new snapshot due.',
  ),
  VERSION_INTERVAL_MINUTES: z.coerce
    .number()
    .min(0)
    .max(1_440)
    .default(10)
    .describe('How long a scene is edited before a version of it is kept automatically; 0 for never.'),
  DEMO: z
    .enum(['true', 'false'])
    .default('true')
    .transform((value) => value === 'true')
    .describe('Whether a fresh data directory gets the demo scene.'),
});

type Environment = z.infer<typeof environmentSchema>;

export interface Config extends Readonly<Environment> {
  readonly dataDir: string;
  readonly jwtSecret: string;
  /** No AUTH_JWT_SECRET: the server signs a development token itself and serves loopback only. */
  readonly developmentIdentity: boolean;
}

/** A configuration that cannot be used; the message names every variable that is wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

const S3_NEEDS_BUCKET = ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID', 'S3_FORCE_PATH_STYLE'] as const;

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Reads, checks and freezes the configuration. Creates the data directory and, if needed, its development secret. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  // An empty variable is one that a supervisor left unset.
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = environmentSchema.safeParse(set);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new ConfigError(`The configuration cannot be used:\n${lines.join('\n')}`);
  }
  const env = parsed.data;
  const developmentIdentity = env.AUTH_JWT_SECRET === undefined;
  if (developmentIdentity && !LOOPBACK.has(env.HOST))
    throw new ConfigError(
      `HOST=${env.HOST} can be reached from outside, and the development identity would let anyone in.\n` +
        'Set AUTH_JWT_SECRET (32 characters or more) or listen on 127.0.0.1.',
    );
  requireWholeS3(env);
  const dataDir = resolve(env.DIORAMA_DATA_DIR);
  mkdirSync(dataDir, { recursive: true });
  return Object.freeze({
    ...env,
    dataDir,
    developmentIdentity,
    jwtSecret: env.AUTH_JWT_SECRET ?? developmentSecret(dataDir),
  });
}

function requireWholeS3(env: Environment): void {
  const { S3_ACCESS_KEY_ID: key, S3_SECRET_ACCESS_KEY: secret, S3_BUCKET: bucket } = env;
  if ((key === undefined) !== (secret === undefined))
    throw new ConfigError('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: set both, or none.');
  const alone = ([...S3_NEEDS_BUCKET] as const).find((name) => env[name] !== undefined);
  if (bucket === undefined && alone !== undefined)
    throw new ConfigError(`${alone} has no meaning without S3_BUCKET.`);
}

/** The secret of this data directory's development tokens: made once, readable by its owner only. */
function developmentSecret(dataDir: string): string {
  const path = join(dataDir, 'development-secret');
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const secret = randomBytes(32).toString('base64url');
    writeFileSync(path, `${secret}\n`, { mode: 0o600, flag: 'wx' });
    return secret;
  }
}

/** The configuration as it may be logged. */
export function loggableConfig(config: Config): Record<string, unknown> {
  const hidden = new Set([
    'jwtSecret',
    'AUTH_JWT_SECRET',
    'DATABASE_URL',
    'REDIS_URL',
    'S3_ACCESS_KEY_ID',
    'S3_SECRET_ACCESS_KEY',
  ]);
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key,
      hidden.has(key) && value !== undefined ? '[hidden]' : value,
    ]),
  );
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Authenticator } from './authenticator.js';
import type { Principal } from './principal.js';

const TOKEN_LIFE = '30d';

/** Whom the development token stands for. */
export const DEVELOPER: Principal = Object.freeze({
  subject: 'developer',
  tenant: 'development',
  name: 'Developer',
  role: 'owner',
});

/** Makes a development token and leaves it in the data directory, for scripts: `TOKEN=$(cat .diorama/development-token)`. */
export async function issueDevelopmentToken(authenticator: Authenticator, dataDir: string): Promise<string> {
  const token = await authenticator.sign(DEVELOPER, TOKEN_LIFE);
  await writeFile(join(dataDir, 'development-token'), `${token}\n`, { mode: 0o600 });
  return token;
}

export interface LinkOptions {
  readonly host: string;
  readonly port: number;
  readonly token?: string | undefined;
  /** Opens this scene. */
  readonly scene?: string | undefined;
}

/** The link that is printed at the start. */
export function editorLink({ host, port, token, scene }: LinkOptions): string {
  const link = new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}/`);
  if (token !== undefined) link.searchParams.set('token', token);
  if (scene !== undefined) link.searchParams.set('scene', scene);
  return link.href;
}

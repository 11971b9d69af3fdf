import type { Authenticator } from './authenticator.js';

const DEVELOPMENT_TOKEN_LIFE = '30d';

export interface LinkOptions {
  readonly host: string;
  /** Whether the link may carry a token. */
  readonly developmentIdentity: boolean;
  readonly authenticator: Authenticator;
  readonly port: number;
  /** Opens this scene. */
  readonly scene?: string | undefined;
}

/** The link that is printed at the start; it carries a token only where the identity is the development one. */
export async function developmentLink({
  host,
  developmentIdentity,
  authenticator,
  port,
  scene,
}: LinkOptions): Promise<string> {
  const link = new URL(`http://${host.includes(':') ? `[${host}]` : host}:${port}/`);
  if (developmentIdentity) {
    const principal = {
      subject: 'developer',
      tenant: 'development',
      name: 'Developer',
      role: 'owner',
    } as const;
    link.searchParams.set('token', await authenticator.sign(principal, DEVELOPMENT_TOKEN_LIFE));
  }
  if (scene !== undefined) link.searchParams.set('scene', scene);
  return link.href;
}

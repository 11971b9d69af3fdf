import { fileURLToPath } from 'node:url';

/** The root of the checkout: every script works there, wherever it was called from. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

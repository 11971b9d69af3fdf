import { Diorama } from '@diorama/client-sdk';
import { RestAssetSource } from '@diorama/client-sdk/three';

/** What a page that uses the SDK has at hand; the test's functions run in that page. */
export const sdk = { Diorama, RestAssetSource };

declare global {
  var dioramaSdk: typeof sdk;
}

globalThis.dioramaSdk = sdk;

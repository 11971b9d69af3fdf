/**
 * Where a server is: origin and path, without a slash at the end, so that paths of the contract can follow.
 *
 * Throws a TypeError when `url` is no http or https URL, such as `localhost:8080`, whose scheme would be `localhost`.
 */
export function baseUrl(url: string): string {
  const { protocol, origin, pathname } = new URL(url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new TypeError(`${url} is no http or https URL`);
  return origin + pathname.replace(/\/+$/, '');
}

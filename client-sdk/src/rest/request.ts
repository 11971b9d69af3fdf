import { DioramaError, type Endpoint, type EndpointBodyInput, type EndpointParams } from '@diorama/shared';

/** Ids in plain text: the server checks them. */
type ParamsOf<E extends Endpoint> = E extends { params: object }
  ? { readonly params: { readonly [K in keyof EndpointParams<E>]: string } }
  : { readonly params?: undefined };
type BodyOf<E extends Endpoint> = E extends { body: { type: 'json' } }
  ? { readonly body: EndpointBodyInput<E> }
  : { readonly body?: FormData };
type QueryOf<E extends Endpoint> = E extends { query: { shape: infer Shape } }
  ? { readonly query?: { readonly [K in keyof Shape]?: string | number | undefined } }
  : { readonly query?: undefined };

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a call of `E` takes, derived from the contract. */
export type CallInput<E extends Endpoint> = ParamsOf<E> & BodyOf<E> & QueryOf<E> & CallOptions;

/** The same without types, as the transport sees it. */
export interface LooseInput extends CallOptions {
  readonly params?: Readonly<Record<string, string>> | undefined;
  readonly query?: Readonly<Record<string, string | number | undefined>> | undefined;
  readonly body?: unknown;
}

/** The absolute URL of a call. A parameter's slashes are kept where the contract allows a path of several segments. */
export function urlOf(base: string, endpoint: Endpoint, input: LooseInput): URL {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = input.params?.[name] ?? '';
    requireSegment(name, value);
    return name === 'path' ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value);
  });
  const url = new URL(base + path);
  for (const [name, value] of Object.entries(input.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

/** Every URL parser takes a segment of dots for a step up, and the call would go to something else. */
function requireSegment(name: string, value: string): void {
  if (!value.split('/').some((segment) => segment === '.' || segment === '..')) return;
  if (name !== 'path' && value.includes('/')) return;
  const message = `${value} cannot be part of a path`;
  throw new DioramaError('invalid_request', message, { issues: [{ pointer: `/params/${name}`, message }] });
}

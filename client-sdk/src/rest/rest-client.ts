import { newKey, type Endpoint, type EndpointOutput } from '@diorama/shared';
import { failureOf, networkFailure } from './failure.js';
import { urlOf, type CallInput, type LooseInput } from './request.js';
import { isIdempotent, retryDelayMs, sleep } from './retry.js';
import type { Clock } from '../session/ports.js';

export type TokenSource = string | (() => string | Promise<string>);

export interface RestClientOptions {
  /** Where the server is, without a slash at the end: `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly token: () => Promise<string>;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
}

/** A typed answer with the headers that matter. */
export interface Answer<T> {
  readonly data: T;
  readonly status: number;
  readonly etag: string | null;
}

/**
 * Calls any operation of the REST contract.
 *
 * Everything but a 2xx throws a DioramaError; so does no answer (`unreachable`). Answers are not validated: the server
 * is of the same contract, and a newer one may add keys.
 */
export class RestClient {
  readonly #options: RestClientOptions;

  constructor(options: RestClientOptions) {
    this.#options = options;
  }

  /** The absolute URL of an operation, or of a path that the server gave; an absolute one stays what it is. */
  url(path: string): URL {
    return new URL(/^https?:\/\//i.test(path) ? path : this.#options.url + path);
  }

  async call<E extends Endpoint>(endpoint: E, input: CallInput<E>): Promise<EndpointOutput<E>> {
    return (await this.callWithMeta(endpoint, input)).data;
  }

  async callWithMeta<E extends Endpoint>(
    endpoint: E,
    input: CallInput<E>,
  ): Promise<Answer<EndpointOutput<E>>> {
    const response = await this.request(endpoint, input);
    const data = (response.status === 204 ? undefined : await response.json()) as EndpointOutput<E>;
    return { data, status: response.status, etag: response.headers.get('etag') };
  }

  /** The successful answer itself, for bytes and streams. */
  async request<E extends Endpoint>(endpoint: E, input: CallInput<E>): Promise<Response> {
    const loose = keyed(endpoint, input);
    const url = urlOf(this.#options.url, endpoint, loose);
    const isRepeatable = isIdempotent(endpoint.method) || loose.headers?.[IDEMPOTENCY_KEY] !== undefined;
    for (let attempt = 0; ; attempt++) {
      const response = await this.#send(url, endpoint, loose);
      if (response.ok) return response;
      const delayMs = retryDelayMs(isRepeatable, response, attempt, this.#options.clock.now());
      if (delayMs === undefined) throw failureOf(response.status, await response.text());
      await response.body?.cancel();
      await sleep(delayMs, this.#options.clock, loose.signal);
    }
  }

  async authorization(): Promise<Record<string, string>> {
    return { authorization: `Bearer ${await this.#options.token()}` };
  }

  async #send(url: URL, endpoint: Endpoint, input: LooseInput): Promise<Response> {
    const json = input.body !== undefined && !(input.body instanceof FormData);
    const init: RequestInit = {
      method: endpoint.method.toUpperCase(),
      headers: {
        ...(endpoint.public ? {} : await this.authorization()),
        ...(json ? { 'content-type': 'application/json' } : {}),
        ...input.headers,
      },
      signal: input.signal ?? null,
    };
    if (input.body !== undefined) init.body = json ? JSON.stringify(input.body) : input.body;
    try {
      return await this.#options.fetch(url, init);
    } catch (cause) {
      throw networkFailure(cause, url, input.signal);
    }
  }
}

const IDEMPOTENCY_KEY = 'idempotency-key';

/** A POST gets a key, unless the caller has given one, so that it can be sent again without being carried out twice. */
function keyed(endpoint: Endpoint, input: LooseInput): LooseInput {
  if (endpoint.method !== 'post' || input.body instanceof FormData) return input;
  return { ...input, headers: { [IDEMPOTENCY_KEY]: newKey(), ...lowerCased(input.headers) } };
}

const lowerCased = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

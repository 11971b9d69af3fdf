import type { Problem, Scene } from '@diorama/shared';

/** An answer with its body read: JSON where it is JSON, else text. */
export interface Answer<T = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface Call {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, unless it is a string or bytes, which are sent as they are. */
  readonly body?: unknown;
}

/** Plain HTTP against a server under test: no SDK between the test and the wire. */
export class Http {
  readonly #url: string;
  readonly #token: string;

  constructor(server: { url: string; token: string }) {
    this.#url = server.url;
    this.#token = server.token;
  }

  async call<T = unknown>(method: string, path: string, options: Call = {}): Promise<Answer<T>> {
    const { token = this.#token, body } = options;
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        ...(token === '' ? {} : { Authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined ? {} : { body: raw ? (body as BodyInit) : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const text = await response.text();
    const json = /[/+]json\b/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: (json ? JSON.parse(text) : text) as T,
    };
  }

  get = <T = unknown>(path: string, options?: Call) => this.call<T>('GET', path, options);
  post = <T = unknown>(path: string, body?: unknown, options?: Call) =>
    this.call<T>('POST', path, { ...options, body });
  put = <T = unknown>(path: string, body?: unknown, options?: Call) =>
    this.call<T>('PUT', path, { ...options, body });
  delete = <T = unknown>(path: string, options?: Call) => this.call<T>('DELETE', path, options);

  /** A new scene; throws the problem if it is refused. */
  async createScene(body: object = {}): Promise<Scene> {
    const answer = await this.post<Scene | Problem>('/v1/scenes', body);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body as Scene;
  }
}

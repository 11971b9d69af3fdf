import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ScriptedAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** Sent as JSON unless it is text. */
  readonly body?: unknown;
}

/** A real HTTP server that gives the answers of a script, one a request, and the last one from then on. */
export class HttpServer {
  readonly seen: SeenRequest[] = [];
  readonly #server: Server;
  #answers: ScriptedAnswer[] = [{ status: 200, body: {} }];

  constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        this.seen.push({ method, path: url, headers, body: Buffer.concat(chunks).toString('latin1') });
        const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
        const { status, body, headers: extra } = answer ?? { status: 500, body: '', headers: {} };
        const text = typeof body === 'string' || body === undefined ? (body ?? '') : JSON.stringify(body);
        response.writeHead(status, { 'content-type': 'application/json', ...extra }).end(text);
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  answers(...answers: ScriptedAnswer[]): void {
    this.#answers = answers;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

import type { Endpoint, EndpointBody, EndpointOutput, EndpointParams, EndpointQuery } from '@diorama/shared';
import type { Request, Response } from 'express';
import type { Principal } from '../access/principal.js';
import type { Attempt } from './attempt.js';

/** What a handler is given: everything that the endpoint's schemas describe, checked and parsed. */
export interface RequestContext<E extends Endpoint> {
  readonly principal: Principal;
  readonly params: EndpointParams<E>;
  readonly query: EndpointQuery<E>;
  readonly body: EndpointBody<E>;
  readonly requestId: string;
  /** Which try of the request this is, if it may be repeated. */
  readonly attempt: Attempt;
  /** For bodies and answers that are streams. */
  readonly req: Request;
  readonly res: Response;
}

export interface JsonReply<T> {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: T;
}

/** The handler has written, or is writing, the response itself (a stream of bytes). */
export const STREAMED = Symbol('streamed');

export type Reply<E extends Endpoint> = JsonReply<EndpointOutput<E>> | typeof STREAMED;

export type Handler<E extends Endpoint> = (context: RequestContext<E>) => Promise<Reply<E>>;

/** An endpoint with what answers it. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly handler: Handler<Endpoint>;
}

/** Binds a handler to an endpoint; the types of both come from the contract. */
export const route = <E extends Endpoint>(endpoint: E, handler: Handler<E>): Route => ({
  endpoint,
  // The router parses params, query and body with this endpoint's own schemas before it calls the handler.
  handler: handler as unknown as Handler<Endpoint>,
});

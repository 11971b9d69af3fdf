import type { z } from 'zod';
import type { ErrorCode } from '../errors/catalogue.js';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A JSON response, or bytes of the given media type. */
export interface ResponseSpec<T extends z.ZodType = z.ZodType> {
  readonly description: string;
  readonly schema?: T;
  readonly mediaType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type BodySpec =
  | {
      readonly type: 'json';
      readonly schema: z.ZodType;
      /** What is checked before the handler is called, where the handler checks the rest itself. By default all of it. */
      readonly parsed?: z.ZodType;
    }
  /** `fields` documents the parts; the server streams them. */
  | { readonly type: 'multipart'; readonly description: string; readonly files: string };

/** One operation of the REST API: validation, OpenAPI and the SDK's types all come from it. */
export interface Endpoint {
  readonly id: string;
  readonly method: Method;
  /** With parameters in braces, as OpenAPI writes them. */
  readonly path: `/${string}`;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** Request headers that matter, lower case → description. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  readonly body?: BodySpec;
  readonly responses: Readonly<Record<number, ResponseSpec>>;
  /** Besides those that every operation may answer. */
  readonly errors: readonly ErrorCode[];
  /** Without a token. */
  readonly public?: true;
}

/** Keeps the literal types of an endpoint, so that inputs and outputs can be derived. */
export const defineEndpoint = <const E extends Endpoint>(endpoint: E): E => endpoint;

type InputOf<S> = S extends z.ZodType ? z.input<S> : undefined;
type ParsedOf<S> = S extends z.ZodType ? z.output<S> : undefined;
type JsonBodyOf<E extends Endpoint> = E['body'] extends { type: 'json'; schema: infer S } ? S : undefined;

export type EndpointParams<E extends Endpoint> = ParsedOf<E['params']>;
export type EndpointQuery<E extends Endpoint> = ParsedOf<E['query']>;
type ParsedBodyOf<E extends Endpoint> = E['body'] extends { type: 'json'; parsed: infer S }
  ? S
  : JsonBodyOf<E>;
export type EndpointBody<E extends Endpoint> = ParsedOf<ParsedBodyOf<E>>;
export type EndpointBodyInput<E extends Endpoint> = InputOf<JsonBodyOf<E>>;

type SchemaOfResponse<R> = R extends { schema: infer S extends z.ZodType } ? z.output<S> : undefined;
type SuccessResponses<E extends Endpoint> = E['responses'][keyof E['responses']];
/** The JSON that a successful answer carries; undefined where it has none. */
export type EndpointOutput<E extends Endpoint> = SchemaOfResponse<SuccessResponses<E>>;

import { DioramaError, issuesOf, type Endpoint } from '@diorama/shared';
import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { z } from 'zod';
import type { Authenticator } from '../access/authenticator.js';
import type { Principal } from '../access/principal.js';
import type { StoredAnswer } from '../idempotency/idempotency-store.js';
import type { IdempotentRequests } from '../idempotency/idempotent-requests.js';
import { STREAMED, type JsonReply, type Route } from './handler.js';
import { onlyAttempt, type Attempt } from './attempt.js';
import { fingerprintOf, idempotencyKeyOf, takesIdempotencyKey } from './idempotency-key.js';
import { jsonBody, rawBodyOf } from './json-body.js';
import { sendProblem } from './problems.js';
import { requestIdOf } from './request-id.js';

export interface RouterOptions {
  readonly authenticator: Authenticator;
  readonly maxJsonBodyBytes: number;
  readonly idempotency: IdempotentRequests;
}

/** A body may be wrong in a million places; the first hundred say enough. */
const ISSUES_MAX = 100;

const PUBLIC_PRINCIPAL: Principal = Object.freeze({ subject: '', tenant: '', name: '', role: 'viewer' });

const hasIdempotencyKey = (req: Request): boolean => req.get('idempotency-key') !== undefined;

/** `/a/{id}/files/{path}` as Express writes it; a parameter called `path` takes the rest of the URL. */
const expressPath = (path: string): string =>
  path.replaceAll('{path}', '*path').replace(/\{(\w+)\}/g, (_, name: string) => `:${name}`);

const bearer = (req: Request): string | undefined =>
  /^Bearer (.+)$/i.exec(req.get('authorization') ?? '')?.[1];

/** Parses what was sent. What is wrong inside a scene document has a code of its own. */
function parse(schema: z.ZodType | undefined, value: unknown, prefix: readonly string[]): unknown {
  if (schema === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = issuesOf(parsed.error, prefix);
  const inDocument = issues.every((issue) => issue.pointer.startsWith('/document/'));
  const shown = issues.slice(0, ISSUES_MAX);
  const first = shown[0];
  throw new DioramaError(
    inDocument ? 'invalid_document' : 'invalid_request',
    first === undefined
      ? undefined
      : `${first.pointer === '' ? 'The body' : first.pointer}: ${first.message}`,
    { issues: shown },
  );
}

/**
 * Ids of the wrong form cannot exist: whoever asks for one gets the same 404 as for an unknown id.
 *
 * Other parameters, such as a subject, are chosen by the caller, who is told what is wrong with them.
 */
function parseParams(endpoint: Endpoint, raw: Record<string, string | string[]>): unknown {
  if (endpoint.params === undefined) return undefined;
  const flat = Object.fromEntries(
    Object.entries(raw).map(([k, v]) => [k, Array.isArray(v) ? v.join('/') : v]),
  );
  const parsed = endpoint.params.safeParse(flat);
  if (parsed.success) return parsed.data;
  const wrong = String(parsed.error.issues[0]?.path[0]);
  if (!wrong.endsWith('_id') && wrong !== 'path') return parse(endpoint.params, flat, ['params']);
  const notFound = endpoint.errors.find((code) =>
    code.endsWith(`${wrong.slice(0, -'_id'.length)}_not_found`),
  );
  throw new DioramaError(
    notFound ?? endpoint.errors.find((code) => code.endsWith('_not_found')) ?? 'invalid_request',
    `There is no ${Object.values(flat).join(' ')}`,
  );
}

function send(res: Response, reply: JsonReply<unknown>): void {
  res.status(reply.status).set(reply.headers ?? {});
  if (reply.body === undefined) res.end();
  else res.json(reply.body);
}

function answer(route: Route, { idempotency }: RouterOptions): RequestHandler {
  const { endpoint, handler } = route;
  const bodySchema =
    endpoint.body?.type === 'json' ? (endpoint.body.parsed ?? endpoint.body.schema) : undefined;
  const keyed = takesIdempotencyKey(endpoint);
  return async (req: Request, res: Response) => {
    const principal = endpoint.public ? PUBLIC_PRINCIPAL : (res.locals['principal'] as Principal);
    const context = {
      principal,
      params: parseParams(endpoint, req.params) as undefined,
      query: parse(endpoint.query, req.query, ['query']) as undefined,
      body: parse(bodySchema, req.body, []) as undefined,
      requestId: requestIdOf(res),
      req,
      res,
    };
    const key = keyed ? idempotencyKeyOf(req) : undefined;
    if (key === undefined) {
      const reply = await handler({ ...context, attempt: onlyAttempt() });
      if (reply !== STREAMED) send(res, reply);
      return;
    }
    const { tenant, subject } = principal;
    const work = async (attempt: Attempt) => storable(await handler({ ...context, attempt }));
    const fingerprint = fingerprintOf(req, rawBodyOf(req));
    const stored = await idempotency.run({ tenant, subject, key }, fingerprint, work);
    res.status(stored.status).set(stored.headers);
    if (stored.body === undefined) res.end();
    else res.type('json').send(stored.body);
  };
}

function storable(reply: JsonReply<unknown> | typeof STREAMED): StoredAnswer {
  if (reply === STREAMED) throw new Error('The answer to a POST is JSON');
  const body = reply.body === undefined ? undefined : JSON.stringify(reply.body);
  return { status: reply.status, headers: reply.headers ?? {}, body };
}

const authenticate =
  (authenticator: Authenticator): RequestHandler =>
  async (req, res, next) => {
    res.locals['principal'] = await authenticator.authenticate(bearer(req));
    next();
  };

/** Serves the routes: who calls, what they sent, and only then the handler. Other methods on a known path are 405. */
export function createRouter(routes: readonly Route[], options: RouterOptions): Router {
  const router = express.Router();
  const methodsOf = new Map<string, Set<string>>();
  for (const route of routes) {
    const { endpoint } = route;
    const path = expressPath(endpoint.path);
    const steps: RequestHandler[] = [
      (_req, res, next) => {
        res.locals['route'] = endpoint.path;
        next();
      },
    ];
    if (!endpoint.public) steps.push(authenticate(options.authenticator));
    if (endpoint.body?.type === 'json') steps.push(jsonBody(options.maxJsonBodyBytes, hasIdempotencyKey));
    router[endpoint.method](path, ...steps, answer(route, options));
    const methods = methodsOf.get(path) ?? new Set<string>();
    methodsOf.set(path, methods.add(endpoint.method.toUpperCase()));
    if (endpoint.method === 'get') methods.add('HEAD');
  }
  for (const [path, methods] of methodsOf) {
    router.all(path, (req, res) => {
      res.setHeader('Allow', [...methods].sort().join(', '));
      sendProblem(
        res,
        new DioramaError('method_not_allowed', `${req.path} knows ${[...methods].join(', ')}`),
      );
    });
  }
  return router;
}

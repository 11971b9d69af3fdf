import express, { type Express } from 'express';
import type { Histogram, Registry } from 'prom-client';
import type { Logger } from '../observability/logger.js';
import { createDocs } from './docs.js';
import type { Route } from './handler.js';
import { notFoundHandler, problemHandler } from './problems.js';
import { requestId } from './request-id.js';
import { createRouter, type RouterOptions } from './router.js';
import { securityHeaders } from './security-headers.js';
import { stalledBodies } from './stalled-bodies.js';
import { createStaticEditor } from './static-editor.js';

export interface AppOptions extends RouterOptions {
  readonly routes: readonly Route[];
  readonly logger: Logger;
  readonly registry: Registry;
  readonly requestSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly editorDirectory: string;
  readonly version: string;
  /** A request of whose body nothing comes for this time is ended. */
  readonly bodyIdleMs: number;
}

/** The HTTP side of the server: API, documentation, metrics and the editor's files. */
export function createApp(options: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(requestId, securityHeaders, (req, res, next) => {
    const end = options.requestSeconds.startTimer();
    res.once('close', () => {
      end({
        method: req.method,
        route: String(res.locals['route'] ?? 'other'),
        status: String(res.statusCode),
      });
    });
    next();
  });
  app.use(stalledBodies(options.bodyIdleMs));
  app.get('/metrics', async (_req, res) => {
    res.type(options.registry.contentType).send(await options.registry.metrics());
  });
  app.use(createDocs(options.version));
  app.use(createRouter(options.routes, options));
  app.use(createStaticEditor(options.editorDirectory));
  app.use(notFoundHandler);
  app.use(problemHandler(options.logger));
  return app;
}

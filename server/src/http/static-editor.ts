import express, { type Router } from 'express';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The built editor. Its hashed files are cached for good; the page itself is always asked for anew. */
export function createStaticEditor(directory: string): Router {
  const router = express.Router();
  if (!existsSync(join(directory, 'index.html'))) {
    router.get('/', (_req, res) => {
      res.status(503).type('text').send('The editor is not built. Run: npm run build\n');
    });
    return router;
  }
  router.use(
    '/assets',
    express.static(join(directory, 'assets'), { immutable: true, maxAge: '365d', fallthrough: false }),
  );
  router.use(express.static(directory, { cacheControl: false }));
  return router;
}

import { ERRORS } from '@diorama/shared';
import express, { type Router } from 'express';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { createOpenApi } from './openapi.js';

const require = createRequire(import.meta.url);

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Diorama API</title>
    <link rel="stylesheet" href="/docs/assets/swagger-ui.css">
  </head>
  <body>
    <div id="swagger-ui"></div>
    <script src="/docs/assets/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

/** A token in the link (`/docs?token=…`) is filled in, so that "Try it out" works at once. */
const START = `const token = new URLSearchParams(location.search).get('token');
window.ui = SwaggerUIBundle({
  url: '/v1/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null,
  onComplete: () => { if (token) window.ui.preauthorizeApiKey('bearer', token); },
});
`;

function errorsPage(): string {
  const rows = Object.entries(ERRORS).map(
    ([code, entry]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${entry.status}</td>` +
      `<td>${'close' in entry ? entry.close : ''}</td><td>${entry.retryable ? 'yes' : ''}</td><td>${entry.title}</td></tr>`,
  );
  return (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Diorama errors</title>' +
    '<style>body{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}table{border-collapse:collapse;width:100%}' +
    'td,th{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #ddd}tr:target{background:#fff4c2}</style>' +
    '<h1>Errors</h1><p>Every error over REST and the socket is one of these.</p><table><thead><tr><th>Code</th><th>HTTP</th>' +
    `<th>WebSocket close</th><th>Retry</th><th>Meaning</th></tr></thead><tbody>${rows.join('')}</tbody></table></html>`
  );
}

/** The OpenAPI document, the interactive page and the error catalogue; all from this process, without the internet. */
export function createDocs(version: string): Router {
  const router = express.Router();
  const openApi = JSON.stringify(createOpenApi(version));
  const assets = dirname(require.resolve('swagger-ui-dist/package.json'));
  router.get('/v1/openapi.json', (_req, res) => void res.type('json').send(openApi));
  router.get('/docs', (_req, res) => void res.type('html').send(PAGE));
  router.get('/docs/start.js', (_req, res) => void res.type('js').send(START));
  router.get('/docs/errors', (_req, res) => void res.type('html').send(errorsPage()));
  for (const file of ['swagger-ui.css', 'swagger-ui-bundle.js'])
    router.get(
      `/docs/assets/${file}`,
      (_req, res) => void res.type(file).send(readFileSync(`${assets}/${file}`)),
    );
  return router;
}

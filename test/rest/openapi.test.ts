import { ALL_ENDPOINTS } from '@diorama/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Http } from '../support/http.js';
import { startServer, type ServerProcess } from '../support/server-process.js';

interface OpenApi {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, unknown> };
}

let server: ServerProcess;
let http: Http;

beforeAll(async () => {
  server = await startServer({ env: { RENDER_WORKERS: '0', DEMO: 'false' } });
  http = new Http(server);
});
afterAll(() => server.stop());

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === '$ref' && typeof item === 'string' ? [item] : referencesIn(item),
  );
}

describe('API documentation', () => {
  it('REST-13: the OpenAPI 3.1 document has every operation of the contract', async () => {
    const { body } = await http.get<OpenApi>('/v1/openapi.json', { token: '' });
    expect(body.openapi).toMatch(/^3\.1\./);
    const described = Object.entries(body.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, { operationId }]) => `${operationId} ${method} ${path}`),
    );
    expect(described.sort()).toEqual(ALL_ENDPOINTS.map((e) => `${e.id} ${e.method} ${e.path}`).sort());
  });

  it('REST-13: every reference in it resolves, and every component is used', async () => {
    const { body } = await http.get<OpenApi>('/v1/openapi.json');
    const references = new Set(referencesIn(body));
    const components = new Set(
      Object.keys(body.components.schemas).map((id) => `#/components/schemas/${id}`),
    );
    expect([...references].filter((reference) => !components.has(reference))).toEqual([]);
    expect([...components].filter((component) => !references.has(component))).toEqual([]);
    expect(components).toContain('#/components/schemas/SceneNode');
  });

  it('REST-13: what a request may leave out is optional there and always present in answers', async () => {
    const { body } = await http.get<OpenApi>('/v1/openapi.json');
    const required = (id: string) => (body.components.schemas[id] as { required?: string[] }).required ?? [];
    expect(required('SceneSettings')).toContain('toneMapping');
    expect(required('SceneSettingsInput')).not.toContain('toneMapping');
  });

  it('REST-14: the interactive page asks this server alone for all that it loads', async () => {
    const page = await http.get<string>('/docs', { token: '' });
    expect(page.status).toBe(200);
    const resources = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(resources.length).toBeGreaterThan(0);
    for (const resource of resources) {
      expect(resource).toMatch(/^\/docs\//);
      expect((await http.get(resource, { token: '' })).status).toBe(200);
    }
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
  });

  it('REST-14: the catalogue page has an anchor for the type of every problem', async () => {
    const problem = await http.get<{ type: string }>('/v1/nothing');
    const [path, anchor] = problem.body.type.split('#');
    expect((await http.get<string>(path ?? '')).body).toContain(`id="${anchor}"`);
  });
});

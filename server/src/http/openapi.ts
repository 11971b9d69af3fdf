import {
  ALL_ENDPOINTS,
  errorEntry,
  problemSchema,
  PROBLEM_MEDIA_TYPE,
  type Endpoint,
  type ErrorCode,
} from '@diorama/shared';
import type { z } from 'zod';
import { takesIdempotencyKey } from './idempotency-key.js';
import { SchemaComponents, type JsonSchema } from './openapi-schemas.js';

/** Says in JSON Schema what is sent (`input`) or returned (`output`). */
type Refer = SchemaComponents['reference'];

/** What any operation with a token may answer. */
const COMMON_ERRORS: readonly ErrorCode[] = ['invalid_request', 'unauthenticated', 'internal'];

const IDEMPOTENCY_KEY =
  'Requests with the same key are one request: it is carried out once, and its answer is kept for 24 hours';

const isJsonBody = (endpoint: Endpoint): boolean => endpoint.body?.type === 'json';

function errorCodesOf(endpoint: Endpoint): ErrorCode[] {
  if (endpoint.public) return [...endpoint.errors];
  const body: ErrorCode[] = isJsonBody(endpoint)
    ? ['malformed_json', 'json_too_deep', 'payload_too_large', 'unsupported_media_type']
    : [];
  if (endpoint.body !== undefined) body.push('request_stalled');
  const keyed: ErrorCode[] = takesIdempotencyKey(endpoint)
    ? ['idempotency_in_progress', 'idempotency_key_reused']
    : [];
  return [...new Set([...COMMON_ERRORS, ...body, ...keyed, ...endpoint.errors])];
}

function parametersOf(endpoint: Endpoint, refer: Refer): JsonSchema[] {
  const list = (schema: z.ZodObject | undefined, where: 'path' | 'query') =>
    Object.entries(schema?.shape ?? {}).map(([name, field]) => {
      const type = field as z.ZodType;
      return {
        name,
        in: where,
        required: where === 'path' || !type.safeParse(undefined).success,
        schema: refer(type, 'input'),
      };
    });
  const keyed: Record<string, string> = takesIdempotencyKey(endpoint)
    ? { 'idempotency-key': IDEMPOTENCY_KEY }
    : {};
  const headers = Object.entries({ ...endpoint.requestHeaders, ...keyed }).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }));
  return [...list(endpoint.params, 'path'), ...list(endpoint.query, 'query'), ...headers];
}

function requestBodyOf(endpoint: Endpoint, refer: Refer): JsonSchema | undefined {
  switch (endpoint.body?.type) {
    case undefined:
      return undefined;
    case 'json':
      return {
        required: true,
        content: { 'application/json': { schema: refer(endpoint.body.schema, 'input') } },
      };
    case 'multipart':
      return {
        required: true,
        description: endpoint.body.description,
        content: {
          'multipart/form-data': {
            schema: {
              type: 'object',
              properties: {
                [endpoint.body.files]: {
                  type: 'array',
                  items: { type: 'string', contentMediaType: 'application/octet-stream' },
                },
              },
              required: [endpoint.body.files],
            },
          },
        },
      };
  }
}

function responsesOf(endpoint: Endpoint, refer: Refer): JsonSchema {
  const responses: Record<string, JsonSchema> = {};
  for (const [status, { description, schema, mediaType, headers }] of Object.entries(endpoint.responses)) {
    responses[status] = {
      description,
      ...(headers === undefined
        ? {}
        : {
            headers: Object.fromEntries(
              Object.entries(headers).map(([name, text]) => [
                name,
                { description: text, schema: { type: 'string' } },
              ]),
            ),
          }),
      ...(schema === undefined && mediaType === undefined
        ? {}
        : {
            content:
              schema === undefined
                ? { [mediaType ?? 'application/octet-stream']: {} }
                : { 'application/json': { schema: refer(schema, 'output') } },
          }),
    };
  }
  const codesByStatus = new Map<number, ErrorCode[]>();
  for (const code of errorCodesOf(endpoint)) {
    const { status } = errorEntry(code);
    codesByStatus.set(status, [...(codesByStatus.get(status) ?? []), code]);
  }
  for (const [status, codes] of codesByStatus) {
    responses[status] = {
      description: codes.map((code) => `\`${code}\`: ${errorEntry(code).title}`).join('. '),
      content: { [PROBLEM_MEDIA_TYPE]: { schema: refer(problemSchema, 'output') } },
    };
  }
  return responses;
}

function pathsOf(refer: Refer): JsonSchema {
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const endpoint of ALL_ENDPOINTS) {
    const requestBody = requestBodyOf(endpoint, refer);
    (paths[endpoint.path] ??= {})[endpoint.method] = {
      operationId: endpoint.id,
      tags: [endpoint.tag],
      summary: endpoint.summary,
      ...(endpoint.description === undefined ? {} : { description: endpoint.description }),
      parameters: parametersOf(endpoint, refer),
      ...(requestBody === undefined ? {} : { requestBody }),
      responses: responsesOf(endpoint, refer),
      ...(endpoint.public ? { security: [] } : {}),
    };
  }
  return paths;
}

/** The OpenAPI 3.1 description of the whole API, made from the contract in `shared`. */
export function createOpenApi(version: string): JsonSchema {
  const schemas = new Set<z.ZodType>();
  pathsOf((schema) => {
    schemas.add(schema);
    return {};
  });
  const components = new SchemaComponents(schemas);
  const paths = pathsOf((schema, direction) => components.reference(schema, direction));
  return {
    openapi: '3.1.0',
    info: {
      title: 'Diorama',
      version,
      summary: 'Real-time collaborative 3D scenes: documents, assets and renders',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: [...new Set(ALL_ENDPOINTS.map((endpoint) => endpoint.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components.all(),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

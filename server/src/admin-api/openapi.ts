/** The OpenAPI 3.1 document, made of the table of routes: it cannot say anything else than what is served. */
import { z } from 'zod';
import type { AdminRoute } from './admin-route.ts';

export function openApiDocument(routes: readonly AdminRoute[], issuer: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = `/admin${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return Object.freeze({
    openapi: '3.1.0',
    info: {
      title: 'Fireguard admin API',
      version: '1',
      description: 'People, clients, relations and the audit trail. Every act and every look is recorded.',
    },
    servers: [{ url: issuer }],
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } }, schemas: { Problem: problem } },
    security: [{ bearer: [] }],
  });
}

const problem = {
  type: 'object',
  properties: { error: { type: 'string' }, error_description: { type: 'string' }, requestId: { type: 'string' } },
  required: ['error', 'error_description'],
};

function operation(route: AdminRoute): object {
  const body = route.body === undefined ? undefined : schema(route.body, 'input');
  return {
    operationId: route.id,
    summary: route.summary,
    description: `Right: ${route.right}.`,
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      [route.status]: { description: 'Done.', content: { 'application/json': { schema: schema(route.answer, 'output') } } },
      default: {
        description: 'Refused, or failed.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function parameters(from: z.ZodType | undefined, place: 'path' | 'query'): readonly object[] {
  if (from === undefined) return [];
  const { properties = {}, required = [] } = schema(from, 'input') as {
    properties?: Record<string, { description?: string }>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: place,
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema: rest,
  }));
}

function schema(from: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(from, { io, unrepresentable: 'any' });
  return rest;
}

import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;
type Direction = 'input' | 'output';

const DEFS = '#/$defs/';
const COMPONENTS = '#/components/schemas/';

/** Calls `rename` on every `$ref` to a definition, in a copy. */
function mapReferences(value: unknown, rename: (id: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => mapReferences(item, rename));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) =>
      key === '$ref' && typeof item === 'string' && item.startsWith(DEFS)
        ? [key, COMPONENTS + rename(item.slice(DEFS.length))]
        : [key, mapReferences(item, rename)],
    ),
  );
}

/**
 * The named schemas of an OpenAPI document.
 *
 * A zod schema with an id becomes a component. Where what may be sent differs from what is returned (defaults are
 * optional in one and always there in the other), the former gets the suffix `Input`.
 */
export class SchemaComponents {
  readonly #components = new Map<string, unknown>();

  /** The JSON Schema of `schema`, with what has an id replaced by references into the components. */
  reference(schema: z.ZodType, direction: Direction): JsonSchema {
    // As a property of a wrapper even a schema with an id of its own comes out as a reference.
    const wrapper = (io: Direction) =>
      z.toJSONSchema(z.object({ it: schema }), { target: 'draft-2020-12', io, unrepresentable: 'any' });
    const wanted = wrapper(direction);
    const other = wrapper(direction === 'input' ? 'output' : 'input');
    const differing = this.#differing(wanted.$defs ?? {}, other.$defs ?? {});
    const rename = (id: string) => (direction === 'input' && differing.has(id) ? `${id}Input` : id);
    for (const [id, definition] of Object.entries(wanted.$defs ?? {})) {
      const { id: _id, ...rest } = definition as { id?: unknown };
      this.#components.set(rename(id), mapReferences(rest, rename));
    }
    return mapReferences(wanted.properties?.['it'], rename) as JsonSchema;
  }

  all(): JsonSchema {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** The ids whose definition differs, itself or through what it refers to. */
  #differing(a: Record<string, unknown>, b: Record<string, unknown>): Set<string> {
    const text = (value: unknown) => JSON.stringify(value);
    const differing = new Set(Object.keys(a).filter((id) => id in b && text(a[id]) !== text(b[id])));
    for (let grown = true; grown;) {
      grown = false;
      for (const [id, definition] of Object.entries(a)) {
        if (differing.has(id)) continue;
        if ([...differing].some((other) => text(definition).includes(`"${DEFS}${other}"`))) {
          differing.add(id);
          grown = true;
        }
      }
    }
    return differing;
  }
}

import { z } from 'zod';

export type JsonSchema = Record<string, unknown>;
type Direction = 'input' | 'output';

interface Converted {
  readonly schemas: Record<string, unknown>;
  readonly definitions: Record<string, unknown>;
}

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
  readonly #places: ReadonlyMap<z.ZodType, string>;
  readonly #converted: Record<Direction, Converted>;
  readonly #differing: ReadonlySet<string>;

  /** Converts all schemas at once: what many share, such as the document's, is dear, and a server that starts waits for it. */
  constructor(schemas: Iterable<z.ZodType>) {
    const places = [...new Set(schemas)].map((schema, at) => [`s${at}`, schema] as const);
    this.#places = new Map(places.map(([place, schema]) => [schema, place]));
    // As a property of a wrapper even a schema with an id of its own comes out as a reference.
    const wrapper = z.object(Object.fromEntries(places));
    const convert = (io: Direction): Converted => {
      const { properties = {}, $defs = {} } = z.toJSONSchema(wrapper, {
        target: 'draft-2020-12',
        io,
        unrepresentable: 'any',
      });
      return { schemas: properties, definitions: $defs };
    };
    this.#converted = { input: convert('input'), output: convert('output') };
    this.#differing = differing(this.#converted.input.definitions, this.#converted.output.definitions);
  }

  /** The JSON Schema of one of the schemas, with what has an id replaced by references into the components. */
  reference(schema: z.ZodType, direction: Direction): JsonSchema {
    const place = this.#places.get(schema);
    if (place === undefined) throw new Error('The schema is none of those that were given');
    return this.#withComponents(this.#converted[direction].schemas[place], direction) as JsonSchema;
  }

  /** All that has been referred to. */
  all(): JsonSchema {
    return Object.fromEntries([...this.#components].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #withComponents(value: unknown, direction: Direction): unknown {
    return mapReferences(value, (id) => this.#component(id, direction));
  }

  /** The name of the component, which is added if it is not there yet. */
  #component(id: string, direction: Direction): string {
    const name = direction === 'input' && this.#differing.has(id) ? `${id}Input` : id;
    if (this.#components.has(name)) return name;
    const { id: _id, ...rest } = this.#converted[direction].definitions[id] as { id?: unknown };
    // Before what it refers to is looked at: that may lead back here.
    this.#components.set(name, undefined);
    this.#components.set(name, this.#withComponents(rest, direction));
    return name;
  }
}

/** The ids whose definition differs, itself or through what it refers to. */
function differing(a: Record<string, unknown>, b: Record<string, unknown>): Set<string> {
  const text = (value: unknown) => JSON.stringify(value);
  const found = new Set(Object.keys(a).filter((id) => id in b && text(a[id]) !== text(b[id])));
  for (let grown = true; grown;) {
    grown = false;
    for (const [id, definition] of Object.entries(a)) {
      if (found.has(id)) continue;
      if ([...found].some((other) => text(definition).includes(`"${DEFS}${other}"`))) {
        found.add(id);
        grown = true;
      }
    }
  }
  return found;
}

/** Parsed JSON of a stranger: nothing about it is known until it is asked. */
export type JsonObject = { [key: string]: unknown };

export const isObject = (value: unknown): value is JsonObject =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export const objectOf = (value: unknown): JsonObject => (isObject(value) ? value : {});

/** The array's objects by their index; anything that is none reads as an empty object. */
export const objectsOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.map(objectOf) : []);

/** A finite number that is not negative, or `fallback`. */
export const countOf = (value: unknown, fallback = 0): number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : fallback;

export const stringOf = (value: unknown, fallback = ''): string =>
  typeof value === 'string' ? value : fallback;

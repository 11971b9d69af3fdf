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

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether brackets nest deeper than `most`, counted on the raw bytes so that no parser has to recurse first. */
export function isDeeperThan(json: Uint8Array, most: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > most) return true;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return false;
}

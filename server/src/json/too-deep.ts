const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The byte at which brackets of JSON nest deeper than `most`; undefined where they do not.
 *
 * They are counted outside of strings on the raw bytes, so that no parser has to recurse first.
 */
export function tooDeepAt(json: Uint8Array, most: number): number | undefined {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > most) return at;
    } else if (byte === 0x5d || byte === 0x7d) depth--;
  }
  return undefined;
}

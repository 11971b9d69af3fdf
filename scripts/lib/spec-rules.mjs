/** A rule of the specification: a list item that starts with its id, such as `- **SYNC-3** An update is …`. */
const RULE = /^\s*- \*\*([A-Z]+-\d+)\*\*/gm;

/** Ids that a title starts with, such as `SYNC-3: …` or `SYNC-3, LOG-2: …`. */
const LEADING_IDS = /^(?:[A-Z]+-\d+[\s,]*)+(?=:)/;

const ID = /\b([A-Z]+)-\d+\b/g;

/**
 * Compares the rules of the specification with the test titles that name them.
 *
 * A title names the ids that it starts with, and any other id whose prefix the specification uses: `SHA-256` in a
 * title is no rule.
 *
 * @param {string} spec text of docs/SPEC.md
 * @param {{ title: string, place: string }[]} titles
 * @returns {{ rules: string[], problems: string[] }} ids of all rules, and one line for each thing that is wrong
 */
export function compareSpecWithTests(spec, titles) {
  const rules = [...spec.matchAll(RULE)].map(([, id]) => id);
  const known = new Set(rules);
  const prefixes = new Set(rules.map(prefixOf));
  const tested = new Set();
  const problems = [];

  rules.forEach((id, index) => {
    if (rules.indexOf(id) !== index) problems.push(`docs/SPEC.md lists ${id} twice.`);
  });
  for (const { title, place } of titles) {
    const leading = idsIn(LEADING_IDS.exec(title)?.[0] ?? '');
    const others = idsIn(title).filter((id) => prefixes.has(prefixOf(id)));
    for (const id of new Set([...leading, ...others])) {
      tested.add(id);
      if (!known.has(id)) problems.push(`${place}: the test names ${id}, which docs/SPEC.md does not list.`);
    }
  }
  for (const id of known) {
    if (!tested.has(id)) problems.push(`docs/SPEC.md: no test carries ${id} in its title.`);
  }
  return { rules, problems };
}

function idsIn(text) {
  return [...text.matchAll(ID)].map(([id]) => id);
}

function prefixOf(id) {
  return id.slice(0, id.indexOf('-'));
}

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Figure, Figures, Scenario } from '../scenarios/scenario.js';
import { formatFigure, formatRatio } from './format.js';
import { median } from './statistics.js';

/** What was found: for each server the figures of each round. */
export type Rounds = ReadonlyMap<string, readonly Figures[]>;

/** Median over the rounds; the worst where it is a yes or no. */
export function combined(figure: Figure, rounds: readonly Figures[]): number {
  const values = rounds.map((figures) => figures[figure.key] ?? NaN);
  return figure.unit === 'yes' ? Math.min(...values) : median(values);
}

/** A scenario's table, with ratios to the first server of ours, or to the first one. */
export function tableOf(scenario: Scenario, rounds: Rounds): string {
  const servers = [...rounds.keys()];
  const base = servers.find((name) => name.startsWith('diorama')) ?? servers[0] ?? '';
  const rows = scenario.figures.flatMap((figure) => {
    const values = servers.map((name) => combined(figure, rounds.get(name) ?? []));
    if (values.every((value) => Number.isNaN(value))) return [];
    const ofBase = values[servers.indexOf(base)] ?? NaN;
    const cells = values.map(
      (value, at) =>
        formatFigure(value, figure) + (servers[at] === base ? '' : formatRatio(value, ofBase, figure)),
    );
    return [[figure.label, ...cells, figure.target ?? '']];
  });
  const header = ['', ...servers, 'bar'];
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const INTRODUCTION = `# Results

Written by \`npm run bench:realtime\`; how the figures are taken stands in the [README](README.md). Each section is replaced
when its scenario is measured again. Medians of the rounds; in brackets the ratio to the first column of Diorama.
`;

const markers = (name: string): readonly [string, string] => [`<!-- ${name} -->`, `<!-- end of ${name} -->`];

/** Puts a section into the results, in place of the one that was there. */
export function replaceSection(text: string, name: string, section: string): string {
  const [begin, end] = markers(name);
  const block = `${begin}\n\n${section}\n\n${end}`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) return `${text.trimEnd()}\n\n${block}\n`;
  return text.slice(0, from) + block + text.slice(to + end.length);
}

export function writeSection(path: string, name: string, section: string): void {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : INTRODUCTION;
  writeFileSync(path, replaceSection(text, name, section));
}

import type { Issue } from '@diorama/shared';
import { Code } from '@mantine/core';

interface IssueListProps {
  readonly detail: string;
  readonly code: string;
  readonly issues: readonly Issue[];
}

const SHOWN = 5;

/** What is wrong and where: the sentence, the code, and the first issues with their JSON pointers. */
export function IssueList({ detail, code, issues: all }: IssueListProps) {
  // An issue that is the sentence again, and points nowhere, would only be read twice.
  const issues = all.filter(({ pointer, message }) => pointer !== '' || !detail.includes(message));
  const rest = issues.length - SHOWN;
  return (
    <div data-testid="issues">
      <div>
        {detail} <Code fz={11}>{code}</Code>
      </div>
      {issues.length > 0 && (
        <ul style={{ margin: '8px 0 0', paddingLeft: 16, lineHeight: 1.45 }}>
          {issues.slice(0, SHOWN).map((issue, i) => (
            <li key={i} style={{ overflowWrap: 'anywhere' }}>
              {issue.message}
              <div style={{ color: 'var(--text-faint)', fontSize: 11 }}>
                {[issue.code, issue.file, issue.pointer].filter(Boolean).join(' · ')}
              </div>
            </li>
          ))}
        </ul>
      )}
      {rest > 0 && <div style={{ marginTop: 6 }}>and {rest} more</div>}
    </div>
  );
}

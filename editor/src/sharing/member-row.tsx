import type { Member, Role } from '@diorama/shared';
import { ROLES } from '@diorama/shared';
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { UserMinus } from 'lucide-react';

import { colorOfName, initialsOf } from '../people/person.js';
import { SureButton } from '../shell/sure-button.js';
import { RoleSelect } from './fields.js';
import { ROLE_LABEL } from './roles.js';
import classes from './sharing.module.css';

interface MemberRowProps {
  readonly member: Member;
  readonly isSelf: boolean;
  readonly isOwner: boolean;
  readonly busy: boolean;
  onRole(role: Role): void;
  onRemove(): void;
}

/** One person: name, id and role; owners change and remove, everybody can leave. */
export function MemberRow({ member, isSelf, isOwner, busy, onRole, onRemove }: MemberRowProps) {
  const name = member.name === '' ? member.subject : member.name;
  return (
    <li className={classes.row} data-testid="member">
      <span className={classes.avatar} style={{ background: colorOfName(member.subject) }} aria-hidden>
        {initialsOf(name)}
      </span>
      <span className={classes.who}>
        <span className={classes.name} title={name}>
          {name}
          {isSelf && <span className={classes.faint}> (you)</span>}
        </span>
        {name !== member.subject && (
          <span className={classes.facts} title={member.subject}>
            {member.subject}
          </span>
        )}
      </span>
      {isOwner ? (
        <RoleSelect
          aria-label={`Role of ${name}`}
          roles={ROLES}
          value={member.role}
          disabled={busy}
          testId="member-role"
          onChange={onRole}
        />
      ) : (
        <span className={classes.role} data-testid="member-role">
          {ROLE_LABEL[member.role]}
        </span>
      )}
      {isSelf && (
        <SureButton label="Leave" sure="Leave the scene" onSure={onRemove}>
          {(ask, label) => (
            <Button variant="subtle" color="gray" disabled={busy} onClick={ask}>
              {label}
            </Button>
          )}
        </SureButton>
      )}
      {isOwner && !isSelf && (
        <SureButton label={`Remove ${name}`} sure="Remove" onSure={onRemove}>
          {(ask, label) => (
            <Tooltip label="Remove">
              <ActionIcon aria-label={label} disabled={busy} onClick={ask}>
                <UserMinus size={15} strokeWidth={1.7} />
              </ActionIcon>
            </Tooltip>
          )}
        </SureButton>
      )}
    </li>
  );
}

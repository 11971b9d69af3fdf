import { ROLES, SUBJECT_MAX_LENGTH, type Role } from '@diorama/shared';
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';

import { NameField, RoleSelect } from './fields.js';
import classes from './sharing.module.css';

interface AddMemberProps {
  readonly busy: boolean;
  /** Resolves to whether they were added. */
  onAdd(subject: string, role: Role, name: string): Promise<boolean>;
}

/** Adds a person by the id that their sign-in gives them. */
export function AddMember({ busy, onAdd }: AddMemberProps) {
  const [subject, setSubject] = useState('');
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('editor');
  const wanted = subject.trim();
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (wanted === '' || busy) return;
        void onAdd(wanted, role, name.trim()).then((added) => {
          if (!added) return;
          setSubject('');
          setName('');
        });
      }}
    >
      <TextInput
        className={classes.grow}
        label="User id"
        placeholder="As their sign-in gives it"
        value={subject}
        maxLength={SUBJECT_MAX_LENGTH}
        data-autofocus
        data-testid="member-subject"
        onChange={(event) => setSubject(event.currentTarget.value)}
      />
      <NameField label="Name" placeholder="Optional" width={150} value={name} onChange={setName} />
      <RoleSelect label="Role" roles={ROLES} value={role} onChange={setRole} />
      <Button type="submit" loading={busy} disabled={wanted === ''} data-testid="member-add">
        Add
      </Button>
    </form>
  );
}

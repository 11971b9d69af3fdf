import { LINK_ROLES, type LinkRole } from '@diorama/shared';
import { Button, Select } from '@mantine/core';
import { useState } from 'react';

import { NameField, RoleSelect } from './fields.js';
import classes from './sharing.module.css';

const HOUR_S = 3600;
const EXPIRY = [
  { value: String(HOUR_S), label: '1 hour' },
  { value: String(24 * HOUR_S), label: '1 day' },
  { value: String(7 * 24 * HOUR_S), label: '1 week' },
  { value: String(30 * 24 * HOUR_S), label: '30 days' },
  { value: String(365 * 24 * HOUR_S), label: '1 year' },
];
const WEEK = String(7 * 24 * HOUR_S);

interface NewLinkProps {
  readonly busy: boolean;
  /** `seconds` from now until it ends. Resolves to whether it was made. */
  onCreate(role: LinkRole, seconds: number, name: string): Promise<boolean>;
}

/** Makes a share link. */
export function NewLink({ busy, onCreate }: NewLinkProps) {
  const [name, setName] = useState('');
  const [role, setRole] = useState<LinkRole>('viewer');
  const [expiry, setExpiry] = useState(WEEK);
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (busy) return;
        void onCreate(role, Number(expiry), name.trim()).then((made) => made && setName(''));
      }}
    >
      <NameField
        label="What it is for"
        placeholder="Optional; guests appear in the history by it"
        value={name}
        onChange={setName}
      />
      <RoleSelect<LinkRole>
        label="Role"
        roles={LINK_ROLES}
        value={role}
        testId="link-role"
        onChange={setRole}
      />
      <Select
        w={96}
        label="Ends after"
        data={EXPIRY}
        value={expiry}
        allowDeselect={false}
        onChange={(value) => setExpiry(value ?? expiry)}
      />
      <Button type="submit" loading={busy} data-testid="link-create">
        Create link
      </Button>
    </form>
  );
}

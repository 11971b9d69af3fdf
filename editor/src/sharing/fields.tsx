import type { Role } from '@diorama/shared';
import { Select, TextInput } from '@mantine/core';

import { ROLE_LABEL } from './roles.js';
import classes from './sharing.module.css';

interface RoleSelectProps<R extends Role> {
  readonly roles: readonly R[];
  readonly value: R;
  /** Shown above it; `aria-label` where there is no room. */
  readonly label?: string;
  readonly 'aria-label'?: string;
  readonly disabled?: boolean;
  readonly testId?: string;
  onChange(role: R): void;
}

/** Chooses one of the roles. */
export function RoleSelect<R extends Role>({
  roles,
  value,
  disabled = false,
  testId,
  onChange,
  ...labels
}: RoleSelectProps<R>) {
  return (
    <Select
      w={118}
      {...labels}
      data={roles.map((role) => ({ value: role, label: ROLE_LABEL[role] }))}
      value={value}
      allowDeselect={false}
      disabled={disabled}
      data-testid={testId}
      onChange={(role) => role !== null && role !== value && onChange(role)}
    />
  );
}

interface NameFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  /** In pixels; otherwise it takes the room that is left. */
  readonly width?: number;
  onChange(name: string): void;
}

/** What somebody or something is called by. */
export function NameField({ width, onChange, ...field }: NameFieldProps) {
  return (
    <TextInput
      {...(width === undefined ? { className: classes.grow } : { w: width })}
      {...field}
      maxLength={256}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

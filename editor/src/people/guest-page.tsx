import type { Role } from '@diorama/shared';
import { Button, TextInput } from '@mantine/core';
import { UserRound } from 'lucide-react';
import { useState } from 'react';

import { ROLE_ALLOWS } from '../sharing/roles.js';
import { MessagePage } from '../shell/message-page.js';

/** Asks who came by a share link for the name that the others will see. */
export function GuestPage({ role, onName }: { role: Role; onName(name: string): void }) {
  const [name, setName] = useState('');
  const wanted = name.trim();
  return (
    <MessagePage icon={UserRound} title="You are invited to a scene" testId="page-guest">
      <p style={{ margin: '0 0 18px' }}>With this link you can {ROLE_ALLOWS[role]}.</p>
      <form
        style={{ display: 'flex', alignItems: 'flex-end', gap: 8, textAlign: 'left' }}
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== '') onName(wanted);
        }}
      >
        <TextInput
          size="sm"
          w={230}
          label="Your name"
          placeholder="Others see it beside your cursor"
          value={name}
          maxLength={64}
          autoFocus
          autoComplete="name"
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button size="sm" type="submit" disabled={wanted === ''}>
          Open scene
        </Button>
      </form>
    </MessagePage>
  );
}

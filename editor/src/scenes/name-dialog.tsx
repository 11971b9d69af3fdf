import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';

interface NameDialogProps {
  readonly title: string;
  readonly name: string;
  readonly action: string;
  onSubmit(name: string): Promise<void>;
  onClose(): void;
}

export function NameDialog({ title, name, action, onSubmit, onClose }: NameDialogProps) {
  const [value, setValue] = useState(name);
  const [busy, setBusy] = useState(false);
  const wanted = value.trim();
  return (
    <Modal opened onClose={onClose} title={title} size={380}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted === '') return;
          setBusy(true);
          void onSubmit(wanted).finally(() => setBusy(false));
        }}
      >
        <TextInput
          size="sm"
          label="Name"
          value={value}
          maxLength={512}
          data-autofocus
          onChange={(event) => setValue(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt={18} gap={8}>
          <Button size="sm" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button size="sm" type="submit" loading={busy} disabled={wanted === ''}>
            {action}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

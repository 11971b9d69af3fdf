import { Button, Group, Modal, TextInput, Textarea } from '@mantine/core';
import { useState } from 'react';

import { useChange } from '../hooks/use-change.js';
import { Problem } from './load-states.js';

interface NameDialogProps {
  readonly title: string;
  readonly action: string;
  readonly name?: string;
  /** Absent where there is none. */
  readonly note?: string;
  readonly maxLength?: number;
  readonly testId?: string;
  /** Throws why it was refused. */
  onSubmit(name: string, note: string): Promise<void>;
  onClose(): void;
}

/** Asks for a name, and for a note where there is one; says beside them why they were refused. */
export function NameDialog({
  title,
  action,
  name = '',
  note,
  maxLength = 256,
  testId,
  onSubmit,
  onClose,
}: NameDialogProps) {
  const [wantedName, setName] = useState(name);
  const [wantedNote, setNote] = useState(note ?? '');
  const { busy, problem, run, forget } = useChange();
  const trimmed = wantedName.trim();
  return (
    <Modal opened onClose={onClose} title={title} size={420} data-testid={testId}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (trimmed === '' || busy) return;
          void run(() => onSubmit(trimmed, wantedNote.trim())).then((done) => done && onClose());
        }}
      >
        <TextInput
          size="sm"
          label="Name"
          value={wantedName}
          maxLength={maxLength}
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {note !== undefined && (
          <Textarea
            size="sm"
            mt={12}
            label="Note"
            placeholder="Optional"
            autosize
            minRows={2}
            maxRows={8}
            value={wantedNote}
            maxLength={4096}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
        )}
        {problem !== null && (
          <div style={{ marginTop: 12 }}>
            <Problem title="This was not saved" error={problem} onClose={forget} />
          </div>
        )}
        <Group justify="flex-end" mt={18} gap={8}>
          <Button size="sm" variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button size="sm" type="submit" loading={busy} disabled={trimmed === ''}>
            {action}
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

import { Button, Group, Modal, Text } from '@mantine/core';
import { useState, type ReactNode } from 'react';

interface ConfirmDialogProps {
  readonly title: string;
  readonly children: ReactNode;
  /** What the button says that does it. */
  readonly action: string;
  /** What the button says that does not. */
  readonly keep: string;
  readonly danger?: boolean;
  onConfirm(): void | Promise<void>;
  onClose(): void;
}

/** Asks before something that concerns everybody; the keyboard starts on the harmless button. */
export function ConfirmDialog({
  title,
  children,
  action,
  keep,
  danger = false,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  return (
    <Modal
      opened
      onClose={onClose}
      title={<span style={{ overflowWrap: 'anywhere' }}>{title}</span>}
      size={420}
    >
      <Text component="div" size="sm" c="dimmed">
        {children}
      </Text>
      <Group justify="flex-end" mt={18} gap={8}>
        <Button size="sm" variant="default" onClick={onClose} data-autofocus>
          {keep}
        </Button>
        <Button
          size="sm"
          loading={busy}
          {...(danger && { color: 'red' })}
          onClick={() => {
            setBusy(true);
            void Promise.resolve(onConfirm()).finally(() => setBusy(false));
          }}
        >
          {action}
        </Button>
      </Group>
    </Modal>
  );
}

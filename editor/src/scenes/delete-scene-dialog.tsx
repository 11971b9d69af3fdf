import type { SceneSummary } from '@diorama/shared';
import { Button, Group, Modal, Text } from '@mantine/core';

interface DeleteSceneDialogProps {
  readonly scene: SceneSummary;
  onDelete(): void;
  onClose(): void;
}

export function DeleteSceneDialog({ scene, onDelete, onClose }: DeleteSceneDialogProps) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Delete “${scene.name === '' ? 'Untitled' : scene.name}”?`}
      size={400}
    >
      <Text size="sm" c="dimmed">
        Everyone who has it open is disconnected, and this cannot be undone here.
      </Text>
      <Group justify="flex-end" mt={18} gap={8}>
        <Button size="sm" variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button size="sm" color="red" onClick={onDelete}>
          Delete scene
        </Button>
      </Group>
    </Modal>
  );
}

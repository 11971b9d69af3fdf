import type { SceneSummary } from '@diorama/shared';

import { ConfirmDialog } from '../shell/confirm-dialog.js';

interface DeleteSceneDialogProps {
  readonly scene: SceneSummary;
  onDelete(): void;
  onClose(): void;
}

export function DeleteSceneDialog({ scene, onDelete, onClose }: DeleteSceneDialogProps) {
  return (
    <ConfirmDialog
      title={`Delete “${scene.name === '' ? 'Untitled' : scene.name}”?`}
      action="Delete scene"
      keep="Keep it"
      danger
      onConfirm={onDelete}
      onClose={onClose}
    >
      Everyone who has it open is disconnected, and this cannot be undone here.
    </ConfirmDialog>
  );
}

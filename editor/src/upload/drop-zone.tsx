import { type DragEvent, type ReactNode, useRef, useState } from 'react';

import { useCanEdit } from '../hooks/use-session.js';
import { showError } from '../shell/show-error.js';
import { useEditor } from '../state/editor-context.js';
import { droppedFiles } from './dropped-files.js';
import classes from './upload.module.css';
import type { Upload } from './use-upload.js';

interface DropZoneProps {
  readonly upload: Upload;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

const hasFiles = (event: DragEvent): boolean => event.dataTransfer.types.includes('Files');

/** Takes files that are dropped on the view and puts them where they were dropped. */
export function DropZone({ upload, className, children }: DropZoneProps) {
  const { viewport } = useEditor();
  const canEdit = useCanEdit();
  const [over, setOver] = useState(false);
  // dragenter and dragleave come for every child, too: only their balance says whether the pointer is inside.
  const depth = useRef(0);
  const leave = () => {
    depth.current = 0;
    setOver(false);
  };
  return (
    <div
      className={className}
      data-testid="drop-zone"
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        depth.current++;
        setOver(true);
      }}
      onDragLeave={() => {
        depth.current = Math.max(0, depth.current - 1);
        if (depth.current === 0) leave();
      }}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = canEdit ? 'copy' : 'none';
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        leave();
        if (!canEdit) return;
        const at = viewport.places.dropPoint(event.clientX, event.clientY);
        droppedFiles(event.dataTransfer).then(
          (files) => files.length > 0 && upload(files, at),
          (error: unknown) => showError('The dropped files cannot be read', error),
        );
      }}
    >
      {children}
      {over && (
        <div className={classes.hint}>
          <span className={classes.hintText}>
            {canEdit ? 'Drop to upload and place here' : 'You may only look'}
          </span>
        </div>
      )}
    </div>
  );
}

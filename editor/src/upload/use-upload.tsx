import type { UploadFile } from '@diorama/client-sdk';
import type { Asset, Vec3 } from '@diorama/shared';
import { Progress } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';

import { IssueList } from '../shell/issue-list.js';
import { showError } from '../shell/show-error.js';
import { useEditor } from '../state/editor-context.js';
import { placeAsset } from './place-asset.js';

/** What the file dialog offers; the server looks at the content, not at the name. */
export const UPLOAD_ACCEPT = '.glb,.gltf,.bin,.zip,.png,.jpg,.jpeg,.webp,.hdr,.exr';

/** Uploads files and puts what was taken in at `at`, or in the middle of the view. */
export type Upload = (files: readonly UploadFile[], at: Vec3 | null) => void;

export function useUpload(): Upload {
  const { diorama, actions, state, viewport } = useEditor();
  return useCallback(
    (files, at) => {
      const place = (assets: readonly Asset[]) => {
        const start = at ?? viewport.places.inView();
        const placed = actions.edit((scene) =>
          assets.flatMap((asset, i) => {
            // Beside each other, so that several files do not end up inside one another.
            const node = placeAsset(scene, asset, [start[0] + spread(assets, i), start[1], start[2]]);
            return node === null ? [] : [node];
          }),
        );
        if (placed !== undefined) state.select(placed);
      };
      const run = async () => {
        const notification = notifications.show({
          title: titleOf(files),
          message: <UploadProgress fraction={0} />,
          loading: true,
          autoClose: false,
          withCloseButton: false,
          withBorder: true,
        });
        try {
          const { assets, problems } = await diorama.assets.upload(files, {
            onProgress: ({ loaded, total }) =>
              notifications.update({
                id: notification,
                title: titleOf(files),
                message: <UploadProgress fraction={total > 0 ? loaded / total : 0} />,
              }),
          });
          place(assets);
          for (const problem of problems)
            notifications.show({
              color: 'red',
              title: `${problem.file} was refused`,
              autoClose: false,
              withBorder: true,
              message: (
                <IssueList
                  detail={problem.detail ?? problem.title}
                  code={problem.code}
                  issues={problem.issues ?? []}
                />
              ),
            });
        } catch (error) {
          showError(files.length === 1 ? `${nameOf(files[0])} was refused` : 'The files were refused', error);
        } finally {
          notifications.hide(notification);
        }
      };
      void run();
    },
    [diorama, actions, state, viewport],
  );
}

function UploadProgress({ fraction }: { fraction: number }) {
  return (
    <div data-testid="upload-progress">
      <div style={{ marginBottom: 6 }}>
        {fraction < 1 ? `${Math.round(fraction * 100)} % sent` : 'The server checks and stores it'}
      </div>
      <Progress value={fraction * 100} size={4} animated={fraction >= 1} aria-label="Upload" />
    </div>
  );
}

const GAP = 0.25;

/** How far to the right the i-th of several models goes. */
function spread(assets: readonly Asset[], index: number): number {
  let x = 0;
  for (const asset of assets.slice(0, index)) {
    const box = asset.metadata.kind === 'model' ? asset.metadata.bounding_box : null;
    x += (box === null ? 1 : box.max[0] - box.min[0]) + GAP;
  }
  return x;
}

const nameOf = (file: UploadFile | undefined): string =>
  file !== undefined && 'name' in file && file.name !== '' ? file.name : 'The file';

const titleOf = (files: readonly UploadFile[]): string =>
  files.length === 1 ? `Uploading ${nameOf(files[0])}` : `Uploading ${files.length} files`;

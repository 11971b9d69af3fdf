import { notifications } from '@mantine/notifications';
import { useEffect } from 'react';

import { useEditor } from '../state/editor-context.js';
import { ROLE_ALLOWS } from './roles.js';

const NOTICE_MS = 12_000;

/** Says what a role that has changed while the scene is open allows now. Later changes take the notice's place. */
export function useRoleNotice(): void {
  const { session, sceneId } = useEditor();
  useEffect(() => {
    const id = `role:${sceneId}`;
    const stop = session.on('role', (role) => {
      notifications.hide(id);
      notifications.show({
        id,
        title: 'Your role has changed',
        message: `You can now ${ROLE_ALLOWS[role]}.`,
        color: 'iris',
        withBorder: true,
        autoClose: NOTICE_MS,
      });
    });
    return () => {
      stop();
      notifications.hide(id);
    };
  }, [session, sceneId]);
}

import type { Role } from '@diorama/shared';

export const ROLE_LABEL: Record<Role, string> = {
  owner: 'Owner',
  editor: 'Editor',
  commenter: 'Commenter',
  viewer: 'Viewer',
};

/** What a role may do, after "You can now". */
export const ROLE_ALLOWS: Record<Role, string> = {
  owner: 'edit this scene and manage who has access',
  editor: 'edit this scene',
  commenter: 'only view this scene and comment on it',
  viewer: 'only view this scene',
};

import { Button, CopyButton, Modal } from '@mantine/core';
import { GUEST_SUBJECT_PREFIX } from '@diorama/shared';
import { Check, Link2 } from 'lucide-react';

import { useSettings } from '../hooks/use-scene.js';
import { useRole } from '../hooks/use-session.js';
import { useEditor } from '../state/editor-context.js';
import { LinksSection } from './links-section.js';
import { MembersSection } from './members-section.js';
import classes from './sharing.module.css';
import { ROLE_ALLOWS } from './roles.js';

/** Who has access to the scene: owners change it, other members see it, guests see how they came. */
export function ShareDialog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { name } = useSettings();
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={<span className={classes.title}>Share “{name === '' ? 'Untitled' : name}”</span>}
      size={640}
      data-testid="share-dialog"
    >
      <ShareContent />
    </Modal>
  );
}

function ShareContent() {
  const { session, sceneId } = useEditor();
  const role = useRole();
  if (role === undefined) return null;
  if (session.welcome?.principal.startsWith(GUEST_SUBJECT_PREFIX) === true)
    return (
      <p className={classes.hint} data-testid="share-guest">
        You came by a share link: you can {ROLE_ALLOWS[role]}. Who else has access is known to its members
        alone.
      </p>
    );
  const isOwner = role === 'owner';
  return (
    <div className={classes.sections}>
      <MembersSection isOwner={isOwner} />
      {isOwner && <LinksSection />}
      <footer className={classes.footer}>
        <span>
          {isOwner
            ? 'The address is for people with access who are signed in. Others need a link.'
            : `You can ${ROLE_ALLOWS[role]}. Owners change who has access.`}
        </span>
        <CopyButton value={`${window.location.origin}/?scene=${sceneId}`}>
          {({ copied, copy }) => (
            <Button
              variant="default"
              leftSection={copied ? <Check size={14} /> : <Link2 size={14} />}
              onClick={copy}
            >
              {copied ? 'Copied' : 'Copy address'}
            </Button>
          )}
        </CopyButton>
      </footer>
    </div>
  );
}

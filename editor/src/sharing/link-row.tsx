import type { ShareLink } from '@diorama/shared';
import { Button, CopyButton, TextInput } from '@mantine/core';
import { Check, Copy, Link2 } from 'lucide-react';

import { SureButton } from '../shell/sure-button.js';
import { TimeText } from '../time/time-text.js';
import { ROLE_LABEL } from './roles.js';
import classes from './sharing.module.css';

interface LinkRowProps {
  readonly link: ShareLink;
  /** Known of links that were made here just now. */
  readonly url: string | undefined;
  /** Whether the person who looks made it. */
  readonly isOwn: boolean;
  readonly busy: boolean;
  onRevoke(): void;
}

/** One link that works: what for, what it allows, until when. */
export function LinkRow({ link, url, isOwn, busy, onRevoke }: LinkRowProps) {
  const name = link.name === '' ? 'Share link' : link.name;
  return (
    <li className={classes.linkItem} data-testid="link">
      <div className={classes.row}>
        <span className={classes.linkIcon} aria-hidden>
          <Link2 size={14} strokeWidth={1.7} />
        </span>
        <span className={classes.who}>
          <span className={classes.name} title={name}>
            {name}
          </span>
          <span className={classes.facts}>
            by {isOwn ? 'you' : link.created_by} · ends <TimeText at={link.expires_at} ahead />
          </span>
        </span>
        <span className={classes.role}>{ROLE_LABEL[link.role]}</span>
        <SureButton label="Revoke" sure="Revoke this link" onSure={onRevoke}>
          {(ask, label) => (
            <Button
              variant="subtle"
              color="gray"
              disabled={busy}
              onClick={ask}
              aria-label={`Revoke ${name}`}
              data-testid="link-revoke"
            >
              {label}
            </Button>
          )}
        </SureButton>
      </div>
      {url !== undefined && <NewLinkUrl url={url} />}
    </li>
  );
}

function NewLinkUrl({ url }: { url: string }) {
  return (
    <div className={classes.newLink} role="status">
      <div className={classes.form}>
        <TextInput
          className={classes.grow}
          value={url}
          readOnly
          aria-label="Address of the new link"
          data-testid="link-url"
          onFocus={(event) => event.currentTarget.select()}
        />
        <CopyButton value={url}>
          {({ copied, copy }) => (
            <Button
              leftSection={copied ? <Check size={14} /> : <Copy size={14} />}
              onClick={copy}
              data-testid="link-copy"
            >
              {copied ? 'Copied' : 'Copy'}
            </Button>
          )}
        </CopyButton>
      </div>
      <span className={classes.facts}>Copy it now: it is not shown again once this dialog is closed.</span>
    </div>
  );
}

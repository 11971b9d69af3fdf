import type { PageQuery } from '@diorama/client-sdk';
import type { LinkRole } from '@diorama/shared';
import { Button } from '@mantine/core';
import { useCallback, useState } from 'react';

import { useChange } from '../hooks/use-change.js';
import { useFollowed } from '../hooks/use-followed.js';
import { usePages } from '../hooks/use-pages.js';
import { EmptyState } from '../shell/empty-state.js';
import { Loading, Problem } from '../shell/load-states.js';
import { useEditor } from '../state/editor-context.js';
import { LinkRow } from './link-row.js';
import { NewLink } from './new-link.js';
import classes from './sharing.module.css';

/** The links that let guests in. The server shows a link's token once: it can be copied while the dialog is open. */
export function LinksSection() {
  const { diorama, session, sceneId } = useEditor();
  const { pages, error, hasMore, reload, loadMore } = usePages(
    useCallback((query: PageQuery) => diorama.scenes.shareLinks(sceneId, query), [diorama, sceneId]),
  );
  useFollowed(reload);
  const { busy, problem, run, forget } = useChange();
  const [urls, setUrls] = useState<ReadonlyMap<string, string>>(new Map());
  const create = (role: LinkRole, seconds: number, name: string) =>
    run(async () => {
      const body = { role, expires_in: seconds, ...(name !== '' && { name }) };
      const link = await diorama.scenes.createShareLink(sceneId, body);
      setUrls((before) => new Map(before).set(link.link_id, new URL(link.url, window.location.origin).href));
      await reload();
    });
  const revoke = async (linkId: string) => {
    await run(() => diorama.scenes.revokeShareLink(sceneId, linkId));
    await reload();
  };
  const items = pages.flatMap((page) => page.items);
  return (
    <section className={classes.section} aria-labelledby="share-links">
      <h3 id="share-links" className={classes.heading}>
        Links
      </h3>
      <p className={classes.hint}>
        Whoever has a link gets in without signing in, to this scene and nothing else.
      </p>
      <NewLink busy={busy} onCreate={create} />
      {problem !== null && <Problem title="This was not changed" error={problem} onClose={forget} />}
      {error !== null && (
        <Problem title="The links cannot be loaded" error={error} onRetry={() => void reload()} />
      )}
      {pages.length === 0 && error === null && <Loading label="Loading the links" />}
      {pages.length > 0 && items.length === 0 && <EmptyState>There is no link yet.</EmptyState>}
      {items.length > 0 && (
        <ul className={classes.list} aria-label="Share links" data-testid="links">
          {items.map((link) => (
            <LinkRow
              key={link.link_id}
              link={link}
              url={urls.get(link.link_id)}
              isOwn={link.created_by === session.welcome?.principal}
              busy={busy}
              onRevoke={() => void revoke(link.link_id)}
            />
          ))}
        </ul>
      )}
      {hasMore && (
        <Button variant="subtle" onClick={() => void loadMore()}>
          Show more links
        </Button>
      )}
    </section>
  );
}

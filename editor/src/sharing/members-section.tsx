import type { PageQuery } from '@diorama/client-sdk';
import { Button } from '@mantine/core';
import { useCallback, useEffect } from 'react';

import { useChange } from '../hooks/use-change.js';
import { useFollowed } from '../hooks/use-followed.js';
import { usePages } from '../hooks/use-pages.js';
import { Loading, Problem } from '../shell/load-states.js';
import { useEditor } from '../state/editor-context.js';
import { AddMember } from './add-member.js';
import { MemberRow } from './member-row.js';
import classes from './sharing.module.css';

/** The people who have access, and for owners the means to change it. */
export function MembersSection({ isOwner }: { isOwner: boolean }) {
  const { diorama, session, sceneId } = useEditor();
  const { pages, error, hasMore, reload, loadMore } = usePages(
    useCallback((query: PageQuery) => diorama.scenes.members(sceneId, query), [diorama, sceneId]),
  );
  useFollowed(reload);
  const { busy, problem, run, forget } = useChange();
  useEffect(() => session.on('role', () => void reload()), [session, reload]);
  const change = async (work: () => Promise<unknown>) => {
    const done = await run(work);
    // Also after a refusal: somebody else may have changed it meanwhile. Who has left may not ask any more.
    if (session.error?.code !== 'forbidden') await reload();
    return done;
  };
  const items = pages.flatMap((page) => page.items);
  const isOpen = pages[0]?.access === 'tenant';
  return (
    <section className={classes.section} aria-labelledby="share-people">
      <h3 id="share-people" className={classes.heading}>
        People
      </h3>
      {isOpen && (
        <p className={classes.hint} data-testid="share-open">
          Everybody in your organisation can open this scene.
          {isOwner &&
            ' Once you add somebody, it is for the people on this list and for links alone; you and whoever made the scene become owners.'}
        </p>
      )}
      {isOwner && (
        <AddMember
          busy={busy}
          onAdd={(subject, role, name) =>
            change(() => diorama.scenes.setMember(sceneId, subject, { role, ...(name !== '' && { name }) }))
          }
        />
      )}
      {problem !== null && <Problem title="This was not changed" error={problem} onClose={forget} />}
      {error !== null && (
        <Problem title="The list cannot be loaded" error={error} onRetry={() => void reload()} />
      )}
      {pages.length === 0 && error === null && <Loading label="Loading the people" />}
      {items.length > 0 && (
        <ul className={classes.list} aria-label="People with access" data-testid="members">
          {items.map((member) => (
            <MemberRow
              key={member.subject}
              member={member}
              isSelf={member.subject === session.welcome?.principal}
              isOwner={isOwner}
              busy={busy}
              onRole={(role) =>
                void change(() => diorama.scenes.setMember(sceneId, member.subject, { role }))
              }
              onRemove={() => void change(() => diorama.scenes.removeMember(sceneId, member.subject))}
            />
          ))}
        </ul>
      )}
      {hasMore && (
        <Button variant="subtle" onClick={() => void loadMore()}>
          Show more people
        </Button>
      )}
    </section>
  );
}

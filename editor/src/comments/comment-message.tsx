import type { CommentMessage as Message } from '@diorama/shared';

import { colorOfName, initialsOf } from '../people/person.js';
import { TimeText } from '../time/time-text.js';
import classes from './comments.module.css';

/** One message: who, when, what. `brief` cuts it after a few lines. */
export function CommentMessage({ message, brief = false }: { message: Message; brief?: boolean }) {
  const author = message.author === '' ? 'Somebody' : message.author;
  return (
    <span className={classes.message} data-testid="comment-message">
      <span className={classes.avatar} style={{ background: colorOfName(message.author) }} aria-hidden>
        {initialsOf(author)}
      </span>
      <span className={classes.said}>
        <span className={classes.byLine}>
          <span className={classes.author} title={author}>
            {author}
          </span>
          <span className={classes.time}>
            {Number.isNaN(Date.parse(message.createdAt)) ? '' : <TimeText at={message.createdAt} />}
          </span>
        </span>
        <span className={brief ? `${classes.words} ${classes.brief}` : classes.words}>{message.text}</span>
      </span>
    </span>
  );
}

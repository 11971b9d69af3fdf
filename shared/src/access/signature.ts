import { GUEST_SUBJECT_PREFIX } from './subject.js';

/** Guests go by the name that they give: this tells it from the names of those who have a token of their own. */
export const GUEST_MARK = ' (guest)';

/** The longest signature. */
export const SIGNATURE_MAX_LENGTH = 256;

/** Who comments; `name` may be empty. */
export interface Signer {
  readonly subject: string;
  readonly name: string;
}

/** What somebody's comments are signed with. `given` is the name that a guest goes by; others have the one of their token. */
export function signatureOf({ subject, name }: Signer, given = ''): string {
  if (!isGuest(subject)) return name === '' ? subject : name;
  const own = given === '' ? name : given;
  if (own.endsWith(GUEST_MARK)) return own.slice(0, SIGNATURE_MAX_LENGTH);
  return `${own.slice(0, SIGNATURE_MAX_LENGTH - GUEST_MARK.length)}${GUEST_MARK}`;
}

/** Whether somebody may sign with `author`. Nobody's name is everybody's. */
export const maySign = (signer: Signer, author: string): boolean =>
  author === '' ||
  isSignedBy(signer, author) ||
  (isGuest(signer.subject) && author.endsWith(GUEST_MARK) && author.length > GUEST_MARK.length);

/** Whether a comment is somebody's by its signature. Any guest may have given the name that another one gave. */
export const isSignedBy = ({ subject, name }: Signer, author: string): boolean =>
  author !== '' && (author === name || (author === subject && !isGuest(subject)));

const isGuest = (subject: string): boolean => subject.startsWith(GUEST_SUBJECT_PREFIX);

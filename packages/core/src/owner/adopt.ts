import { never, type Attachment, type Detach, type Owner } from './owner.ts';

/** Something that was started for an owner. */
export interface Adopted<T> {
  readonly value: T;
  /** Takes it back from its owner, once it ended by itself. */
  readonly detach: Detach;
}

/**
 * Waits for something that must be ended, and puts the owner in charge of it. An owner that ended meanwhile
 * leaves nothing behind: what arrives too late is ended at once.
 *
 * @throws Error if the owner was closed meanwhile.
 */
export async function adopt<T>(
  owner: Owner,
  pending: Promise<T>,
  attachmentOf: (value: T) => Required<Attachment>,
): Promise<Adopted<T>> {
  // A dropped owner's code does not go on, so that this must not depend on it.
  pending.then(
    (value) => {
      if (owner.isDropped) attachmentOf(value).drop();
    },
    () => undefined,
  );
  const value = await owner.guard(pending);
  const attachment = attachmentOf(value);
  try {
    return { value, detach: owner.attach(attachment) };
  } catch (thrown) {
    // The drop may come between the answer and here.
    if (owner.isDropped) {
      attachment.drop();
      return never();
    }
    await attachment.close();
    throw thrown;
  }
}

import { Bytes } from '@cosi-ts/core';
import type { Resource } from '@cosi-ts/resources';
import { UnknownOutcomeError } from '../errors.ts';
import type { BackingStore, StoreCommit, StoreLoader, StorePosition } from './backing-store.ts';

interface Asked {
  readonly commit: StoreCommit;
  readonly answer: PromiseWithResolvers<void>;
}

/** A store in memory that answers when a test says so, and remembers like a real one. */
export class ManualStore implements BackingStore {
  readonly identity = Bytes.from([1, 2, 3, 4, 5, 6, 7, 8]);
  readonly asked: Asked[] = [];
  readonly kept = new Map<string, Resource>();
  readonly marks = new Map<string, number>();
  position = 0;
  isClosed = false;
  /** How many loads give a part and fail. */
  failingLoads = 0;
  /** Answers at once while it is set. */
  isQuick = true;

  load(into: StoreLoader): Promise<StorePosition> {
    for (const resource of this.kept.values()) {
      into.resource(resource);
      if ((this.failingLoads -= 1) >= 0) return Promise.reject(new Error('the disk is not there yet'));
    }
    for (const [kind, version] of this.marks) {
      const [namespace = '', type = ''] = kind.split('/');
      into.destroyedMark({ namespace, type }, version as Resource['metadata']['version']);
    }
    return Promise.resolve({ position: this.position, identity: this.identity });
  }

  commit(commit: StoreCommit): Promise<void> {
    const answer = Promise.withResolvers<void>();
    this.asked.push({ commit, answer });
    if (this.isQuick) this.yes();
    return answer.promise;
  }

  close(): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }

  /** Keeps what was asked, by default the first that is not answered. */
  yes(which = 0): void {
    const [asked] = this.asked.splice(which, 1);
    if (asked === undefined) throw new RangeError('nothing was asked');
    this.#keep(asked.commit);
    asked.answer.resolve();
  }

  no(reason: Error, which = 0): void {
    this.asked.splice(which, 1)[0]?.answer.reject(reason);
  }

  /** The one answer that a store must not give lightly. */
  perhaps(which = 0): void {
    this.no(new UnknownOutcomeError('the disk did not answer', undefined), which);
  }

  #keep({ position, events, destroyedMarks }: StoreCommit): void {
    this.position = Math.max(this.position, position);
    for (const { namespace, type, id, after } of events) {
      if (after === undefined) this.kept.delete(`${namespace}/${type}/${id}`);
      else this.kept.set(`${namespace}/${type}/${id}`, after);
    }
    for (const { namespace, type, version } of destroyedMarks) {
      const kind = `${namespace}/${type}`;
      this.marks.set(kind, Math.max(this.marks.get(kind) ?? 0, version));
    }
  }
}

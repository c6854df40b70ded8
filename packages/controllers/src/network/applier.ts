import type { Host, Owner } from '@cosi-ts/core';
import { LinkStatus, type Resource, type ResourceType } from '@cosi-ts/resources';
import { defineController, weak, type Controller } from '@cosi-ts/runtime';
import { alarm } from '../system/host/alarm.ts';
import { Applied } from './applied.ts';
import { DRIFT_INTERVAL, mayApply, permission } from './may-apply.ts';

export interface ApplierOptions {
  readonly host: Pick<Host, 'timers'>;
  /** Whose end undoes everything. */
  readonly owner: Owner;
}

/** How specs of a kind are made so on the machine. */
export interface Application<S> {
  readonly name: string;
  readonly type: ResourceType<S>;
  /** The link that it hangs on, with which it comes and goes; undefined if on none. */
  link(spec: S): string | undefined;
  has(spec: S): Promise<boolean>;
  apply(spec: S): Promise<void>;
  /** Nothing there is no error. */
  undo(spec: S): Promise<void>;
  /** Removes what is there beside what shall be, where everything is ours. */
  tidy?(specs: readonly S[]): Promise<void>;
}

/** A controller that makes the machine so as the specs of a kind say, whatever it finds there, and nothing else. */
export function applier<S>(application: Application<S>, { host, owner }: ApplierOptions): Controller {
  const { name, type, has, apply, undo } = application;
  const applied = new Applied<S>(owner);
  return defineController({
    name,
    ports: { specs: weak(type), device: permission, links: weak(LinkStatus) },
    start: (context) => {
      const again = alarm(context, host.timers);
      return async ({ specs, device, links }) => {
        const isAllowed = await mayApply(device);
        const present = new Set((await links.list()).map(({ metadata }) => metadata.id));
        const wanted = new Map(isAllowed ? (await specs.list()).filter(isRunning).map(entryOf) : []);
        for (const id of applied.ids) {
          const [before, after] = [applied.get(id), wanted.get(id)];
          if (before === undefined || (after !== undefined && type.spec.equals(before, after))) continue;
          await applied.undo(id);
        }
        for (const [id, spec] of wanted) {
          const link = application.link(spec);
          if (link !== undefined && !present.has(link)) {
            // It went with the link, and comes with it.
            applied.forget(id);
            continue;
          }
          const isThere = await has(spec);
          if (applied.get(id) === undefined) applied.add(id, spec, () => undo(spec));
          if (!isThere) await apply(spec);
        }
        await application.tidy?.([...wanted.values()].filter((spec) => present.has(application.link(spec) ?? '')));
        again.set(wanted.size === 0 ? undefined : DRIFT_INTERVAL);
      };
    },
  });
}

function isRunning({ metadata }: Resource): boolean {
  return metadata.phase === 'running';
}

function entryOf<S>({ metadata, spec }: Resource<S>): [string, S] {
  return [metadata.id, spec];
}

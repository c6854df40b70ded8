import type { ResourceType } from '@cosi-ts/resources';
import { NotFoundError, PendingFinalizersError } from '../../state/errors.ts';
import type { Controller } from '../controller.ts';
import { primary, shared } from '../ports.ts';
import { defineQueueController } from '../queue.ts';

/**
 * Destroys what users tore down: resources of a type that nobody owns, once nobody holds them any more. Controllers
 * destroy what they own themselves.
 */
export function destroy(type: ResourceType, options: { readonly concurrency?: number } = {}): Controller {
  return defineQueueController({
    name: `Destroy[${type.type}]`,
    // It takes away, and adds nothing: what it does to its own input comes to rest.
    ports: { input: primary(type, { feedback: true }), output: shared(type) },
    ...options,
    async reconcile({ input, output }, id) {
      const found = await input.find(id);
      if (found === undefined) return;
      const { owner, phase, finalizers } = found.metadata;
      if (owner !== '' || phase === 'running' || finalizers.length > 0) return;
      try {
        await output.destroy(id, { owner: '' });
      } catch (thrown) {
        // Somebody was quicker: to destroy it, or to hold it.
        if (!(thrown instanceof NotFoundError || thrown instanceof PendingFinalizersError)) throw thrown;
      }
    },
  });
}

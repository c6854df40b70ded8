import type { Phase, Pointer, Resource } from '@cosi-ts/resources';

/** One write as data: what a transaction is made of, and every single write its shortest case. */
export type Command =
  | { readonly do: 'create'; readonly resource: Resource; readonly owner?: string | undefined }
  | {
      readonly do: 'update';
      readonly resource: Resource;
      readonly owner?: string | undefined;
      readonly expectedPhase?: Phase | 'any' | undefined;
    }
  | { readonly do: 'teardown' | 'destroy'; readonly pointer: Pointer; readonly owner?: string | undefined };

/** What a command is about. */
export function subjectOf(command: Command): Pointer {
  return command.do === 'create' || command.do === 'update' ? command.resource.metadata : command.pointer;
}

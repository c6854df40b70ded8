import { isAbsolute, join } from 'node:path';

/** What decides where a client configuration is looked for. */
export interface PathSources {
  /** `--talosconfig`: then only this one counts. */
  readonly flag?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The home directory; undefined if there is none. */
  readonly home: string | undefined;
}

/** The files that may hold the client configuration: the first that exists does. */
export function clientConfigPaths({ flag, env, home }: PathSources): readonly string[] {
  if (flag !== undefined && flag !== '') return [flag];
  const { TALOSCONFIG: named, TALOS_HOME: talosHome } = env;
  const directory = talosHome !== undefined && isAbsolute(talosHome) ? talosHome : home && join(home, '.talos');
  return [named, directory && join(directory, 'config'), '/var/run/secrets/talos.dev/config'].filter(
    (path): path is string => path !== undefined && path !== '',
  );
}

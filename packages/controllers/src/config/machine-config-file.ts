import { FileError, messageOf, type Host } from '@cosi-ts/core';
import { Labels, MachineConfig } from '@cosi-ts/resources';
import { defineController, exclusive, type Controller } from '@cosi-ts/runtime';
import type { ParsedMachineConfig } from './machine-config/machine-config.ts';
import { formatProblem } from './machine-config/problem.ts';
import { readMachineConfig } from './read-machine-config.ts';

/** Tells `talosctl` that the YAML form of the spec is one text, and not the text itself, as it once was. */
const SPEC_IS_TEXT = Labels.of({ 'talos.dev/yaml-spec': '1' });

/**
 * Keeps the machine configuration as the file has it: an edit takes effect without a restart; one that is broken
 * is reported, and the last good configuration stays.
 */
export function machineConfigFileController(host: Host, path: string): Controller {
  return defineController({
    name: 'config.MachineConfigFileController',
    ports: { configs: exclusive(MachineConfig) },
    start: ({ owner, wake, log }) => {
      const watch = host.files.watch(path, () => wake());
      owner.attach({ close: () => watch.stop(), drop: () => watch.stop() });
      return async ({ configs }) => {
        let config: ParsedMachineConfig;
        try {
          config = await readMachineConfig(host.files, path);
        } catch (thrown) {
          // A disk that fails may work again, and no change of the file tells of it.
          if (thrown instanceof FileError) throw thrown;
          log.error('machine configuration is not usable, the last good one stays', { error: messageOf(thrown) });
          return;
        }
        const { text, warning } = config;
        if (warning !== undefined && (await configs.find('v1alpha1'))?.spec.text !== text) {
          log.warn(formatProblem(warning));
        }
        await configs.set('v1alpha1', { text }, { annotations: SPEC_IS_TEXT });
      };
    },
  });
}

import type { MachineConfigSpec, Resource } from '@cosi-ts/resources';
import type { ParsedMachineConfig } from './machine-config/machine-config.ts';
import { parseMachineConfig } from './machine-config/parse.ts';

const parsed = new WeakMap<MachineConfigSpec, ParsedMachineConfig>();

/** The configuration behind its resource, parsed once per version of it. */
export function machineConfigOf({ spec }: Resource<MachineConfigSpec>): ParsedMachineConfig {
  const known = parsed.get(spec);
  if (known !== undefined) return known;
  const config = parseMachineConfig(spec.text);
  parsed.set(spec, config);
  return config;
}

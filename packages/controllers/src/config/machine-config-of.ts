import { memo } from '@cosi-ts/core';
import type { MachineConfigSpec, Resource } from '@cosi-ts/resources';
import type { ParsedMachineConfig } from './machine-config/machine-config.ts';
import { parseMachineConfig } from './machine-config/parse.ts';

/** Texts whose configuration is kept: those of all nodes of a process, and of an edit of each. */
const KEPT = 32;

/** The configuration that a text is, read once by all who ask for it. @throws MachineConfigError */
export const configOfText = memo(KEPT, (text: string) => parseMachineConfig(text));

/** The configuration behind its resource. */
export const machineConfigOf = ({ spec }: Resource<MachineConfigSpec>): ParsedMachineConfig => configOfText(spec.text);

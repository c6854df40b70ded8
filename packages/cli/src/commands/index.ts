import type { Command } from 'commander';
import type { CommandIo } from '../io.ts';
import { registerCompletion } from './completion.ts';
import { registerDescribe } from './describe.ts';
import { registerDiscoveryServe } from './discovery-serve.ts';
import { registerGen } from './gen.ts';
import { registerGet } from './get.ts';
import { registerInspect } from './inspect.ts';
import { registerRun } from './run.ts';
import { registerStateServe } from './state-serve.ts';
import { registerSupport } from './support.ts';
import { registerTrace } from './trace.ts';
import { registerUp } from './up.ts';
import { registerValidate } from './validate.ts';
import { registerVersion } from './version.ts';
import { registerWait } from './wait.ts';

/** Adds a command to the program. It declares options only; what the command needs is imported when it runs. */
export type RegisterCommand = (program: Command, io: CommandIo) => void;

/** Every command, in the order in which help lists them. */
const COMMANDS: readonly RegisterCommand[] = [
  registerUp,
  registerGet,
  registerDescribe,
  registerTrace,
  registerWait,
  registerInspect,
  registerSupport,
  registerRun,
  registerDiscoveryServe,
  registerStateServe,
  registerGen,
  registerValidate,
  registerVersion,
  registerCompletion,
];

/** Adds every command. */
export function registerCommands(program: Command, io: CommandIo): void {
  for (const register of COMMANDS) register(program, io);
}

import { BASH } from './scripts/bash.ts';
import { FISH } from './scripts/fish.ts';
import { ZSH } from './scripts/zsh.ts';

/** What each shell runs at a press of the tab key. */
export const SCRIPTS = { bash: BASH, zsh: ZSH, fish: FISH };

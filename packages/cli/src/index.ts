export { main } from './main.ts';
export { run } from './program.ts';
export { CommandError, type CommandIo, type TextSink } from './io.ts';

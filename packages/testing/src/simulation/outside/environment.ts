/** A replay line that whoever runs the tests asks for, in place of each simulation's own seed. */
export function replayFromEnvironment(): string | undefined {
  return process.env['COSI_REPLAY'];
}

/** Of Node, without the leading v. */
export function nodeVersion(): string {
  return process.versions.node;
}

#!/usr/bin/env node
// The command, in plain JavaScript so that npm can link it before anything is built, and so that an older Node can
// still read it far enough to find a newer one.

const FLOOR = 24;

if (Number(process.versions.node.split('.')[0]) < FLOOR) {
  const { runWithOwnNode } = await import('./own-node.js');
  await runWithOwnNode(FLOOR);
} else {
  const { start } = await import('./start.js');
  await start();
}

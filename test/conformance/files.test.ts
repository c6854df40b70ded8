import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { realHost } from '@cosi-ts/core';
import { filesConformance, simulate } from '@cosi-ts/testing';
import { describe, test } from 'vitest';

describe('real files', () => {
  const cases = filesConformance(async (body) => {
    const directory = mkdtempSync(path.join(tmpdir(), 'files-'));
    try {
      await body({ files: realHost().files, neighbour: realHost().files, directory });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
  test.each(cases)('$name', ({ run }) => run());
});

describe.each([0, 1, 2])('simulated files, seed %i', (seed) => {
  const cases = filesConformance(async (body) => {
    await simulate({ seed }, async (sim) => {
      const [node, neighbour] = [sim.node('a', { machine: 'm' }), sim.node('b', { machine: 'm' })];
      await node.host.files.makeDirectory('/d');
      await body({ files: node.host.files, neighbour: neighbour.host.files, directory: '/d' });
    });
  });
  test.each(cases)('$name', ({ run }) => run());
});

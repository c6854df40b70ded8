import { fc, test } from '@fast-check/vitest';
import { describe, expect } from 'vitest';
import { versionLabel } from './version-label.ts';

describe('the version label', () => {
  test.each([
    ['', 'unknown'],
    ['unknown', 'unknown'],
    ['v0.13.0', 'v0.13'],
    ['v0.13.0-beta.0', 'v0.13-pre'],
    ['v0.14.0-alpha.0-7-gf7d9f211', 'v0.14-pre'],
    ['v0.14.0-alpha.0-7-gf7d9f211-dirty', 'v0.14-pre'],
    ['v1.8.3', 'v1.8'],
    ['v1.8.3-7-gf7d9f211', 'v1.8-pre'],
    ['v1.8.0-beta.1', 'v1.8-pre'],
    ['v1.8.0-', 'v1.8'],
    ['v1.2', 'unknown'],
    ['v1-2.3.4', 'unknown'],
    ['1.2.3', 'unknown'],
    ['v100.2.3', 'unknown'],
    ['v1.2000.3', 'unknown'],
    ['vX.Y.Z', 'unknown'],
  ])('of "%s" is %s', (version, label) => {
    expect(versionLabel(version)).toBe(label);
  });

  test.prop([fc.nat(99), fc.nat(999), fc.string()])(
    'depends on major, minor and whether it is a release',
    (x, y, rest) => {
      const release = `v${x}.${y}`;
      expect(versionLabel(`${release}.0`)).toBe(release);
      expect(versionLabel(`${release}.0-a${rest}`)).toBe(`${release}-pre`);
    },
  );

  test.prop([fc.string()])('is one of a bounded number', (version) => {
    expect(versionLabel(version)).toMatch(/^(unknown|v\d{1,2}\.\d{1,3}(-pre)?)$/);
  });
});

import { describe, test } from 'vitest';
import { runPage } from './run-page.ts';

const TIMEOUT = 120_000;

describe('the commands of the documentation print what it shows', () => {
  test.each(['cli.md', 'discovery.md', 'discovery-service.md', 'machine-configuration.md', 'resource-api.md'])(
    'docs/%s',
    (page) => runPage(page),
    TIMEOUT,
  );
});

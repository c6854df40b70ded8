import { test } from 'vitest';
import { scaledCampaign } from '../campaign/campaign.ts';
import { liveThrough } from './cluster-life.fixture.ts';

test('the cluster of `npm start` finds itself, and loses who goes, whatever happens on the way', async ({ task }) => {
  await scaledCampaign(task.name, { runs: 200, faults: 'all' }, liveThrough);
});

/** What tells a campaign how long it goes on, and where it begins. */
export type CampaignEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * How many runs a campaign makes: its own number times `COSI_CAMPAIGN_RUNS`, and at least one.
 * @throws RangeError if that is no number
 */
export function runsOf(runs: number, environment: CampaignEnvironment): number {
  return Math.max(1, Math.round(runs * numberOf('COSI_CAMPAIGN_RUNS', environment, 1)));
}

/** The seed of the first run: `COSI_SEED`, else 0. @throws RangeError if that is no whole number */
export function seedOf(environment: CampaignEnvironment): number {
  const seed = numberOf('COSI_SEED', environment, 0);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`COSI_SEED is no whole number: ${environment['COSI_SEED']}`);
  return seed;
}

function numberOf(name: string, environment: CampaignEnvironment, otherwise: number): number {
  const text = environment[name];
  if (text === undefined || text === '') return otherwise;
  const number = Number(text);
  if (!(number >= 0)) throw new RangeError(`${name} is no number: ${text}`);
  return number;
}

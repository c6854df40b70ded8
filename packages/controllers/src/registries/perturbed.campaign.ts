import { test } from 'vitest';
import { REGISTRIES, expectUnperturbed, withNeeds } from './perturbed.fixture.ts';

const names = Object.keys(REGISTRIES);
const pairs = names.flatMap((one, at) => names.slice(at + 1).map((other) => [one, other] as const));

test.each(pairs)('%s with %s come to the same under every plan', (...pair) => expectUnperturbed(withNeeds(...pair)));

test('all of them come to the same under every plan', () => expectUnperturbed(names));

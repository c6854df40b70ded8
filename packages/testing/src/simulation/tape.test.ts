import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Tape, TapeMismatchError } from './tape.ts';

const asked = fc.array(fc.record({ label: fc.constantFrom('next', 'cut', 'delay'), count: fc.nat(9) }));

function ask(tape: Tape, questions: readonly { label: string; count: number }[]): number[] {
  return questions.map(({ label, count }) => tape.choose(label, count));
}

describe('a decision tape', () => {
  test('gives the same answers to the same questions, from a seed, from its choices, from its draws', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), asked, (seed, questions) => {
        const tape = new Tape({ kind: 'seed', seed });
        const answers = ask(tape, questions);
        const again = [
          new Tape({ kind: 'seed', seed }),
          new Tape({ kind: 'choices', choices: tape.choices }),
          new Tape({ kind: 'draws', draws: tape.draws }),
        ];
        for (const other of again) expect(ask(other, questions)).toEqual(answers);
      }),
    );
  });

  test('stays within what was asked for, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), asked, (choices, questions) => {
        const answers = ask(new Tape({ kind: 'choices', choices }), questions);
        questions.forEach(({ count }, index) => expect(answers[index]).toBeLessThan(Math.max(1, count)));
      }),
    );
  });

  test('is all boring beyond its end', () => {
    const tape = new Tape({ kind: 'choices', choices: [2] });
    expect([tape.choose('a', 3), tape.choose('a', 3), tape.choose('a', 3)]).toEqual([2, 0, 0]);
  });

  test('spends nothing on a forced choice', () => {
    const tape = new Tape({ kind: 'choices', choices: [1] });
    expect([tape.choose('a', 1), tape.choose('a', 0), tape.choose('a', 9, 0), tape.choose('b', 2)]).toEqual([
      0, 0, 0, 1,
    ]);
    expect(tape.draws).toEqual([{ label: 'b', choice: 1, count: 2 }]);
  });

  test('draws with the odds it is given', () => {
    const tape = new Tape({ kind: 'seed', seed: 1 });
    const drawn = Array.from({ length: 10_000 }, () => tape.choose('cut', 4, 0.1));
    expect(drawn.filter((choice) => choice > 0).length).toBeGreaterThan(900);
    expect(drawn.filter((choice) => choice > 0).length).toBeLessThan(1_100);
    expect(new Set(drawn)).toEqual(new Set([0, 1, 2, 3]));
  });

  test('refuses to replay a recording of something else', () => {
    const recorded = new Tape({ kind: 'seed', seed: 1 });
    recorded.choose('next', 3);
    const replayed = new Tape({ kind: 'draws', draws: recorded.draws });
    expect(() => replayed.choose('cut', 3)).toThrow(TapeMismatchError);
  });
});

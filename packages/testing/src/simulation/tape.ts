import { Prng } from './prng.ts';

/** One decision as it was taken. */
export interface Draw {
  /** What was decided: `next`, `cut`, … */
  readonly label: string;
  /** From 0 to `count - 1`. */
  readonly choice: number;
  readonly count: number;
}

/** Where decisions come from. */
export type TapeSource =
  /** Drawn from a generator, without end. */
  | { readonly kind: 'seed'; readonly seed: number }
  /** Given, as a shrinker gives them: taken modulo the number of options, 0 beyond the end. */
  | { readonly kind: 'choices'; readonly choices: readonly number[] }
  /** Recorded: what is asked for must be what was asked for then. */
  | { readonly kind: 'draws'; readonly draws: readonly Draw[] };

/** A recorded run was replayed, and asked for another decision than it did then. */
export class TapeMismatchError extends Error {
  override readonly name = 'TapeMismatchError';
}

/**
 * The sequence of decisions that makes one run what it is. 0 is always the boring choice (the first in line, no
 * fault), so that a tape of zeros is an undisturbed run and a shorter tape a simpler one. A choice that is
 * forced costs nothing.
 */
export class Tape {
  readonly #next: (label: string, count: number, odds: number | undefined) => number;
  readonly #labels: string[] = [];
  readonly #choices: number[] = [];
  readonly #counts: number[] = [];

  constructor(source: TapeSource) {
    this.#next = this.#reader(source);
  }

  /** How many decisions were drawn. */
  get length(): number {
    return this.#choices.length;
  }

  /** The decisions drawn so far, as a replayable list of numbers. */
  get choices(): readonly number[] {
    return this.#choices;
  }

  get draws(): readonly Draw[] {
    return this.#choices.map((choice, index) => ({
      label: this.#labels[index] ?? '',
      choice,
      count: this.#counts[index] ?? 0,
    }));
  }

  /**
   * Draws one of `count` options.
   * @param odds the probability that a generator gives anything but 0; uniform if absent. A given tape takes no
   * notice of it, save that odds of 0 leave nothing to choose.
   */
  choose(label: string, count: number, odds?: number): number {
    if (count <= 1 || odds === 0) return 0;
    const choice = this.#next(label, count, odds);
    this.#labels.push(label);
    this.#choices.push(choice);
    this.#counts.push(count);
    return choice;
  }

  #reader(source: TapeSource): (label: string, count: number, odds: number | undefined) => number {
    switch (source.kind) {
      case 'seed': {
        const prng = new Prng(source.seed, 'tape');
        return (_label, count, odds) => {
          if (odds === undefined) return prng.below(count);
          return prng.uniform() < odds ? 1 + prng.below(count - 1) : 0;
        };
      }
      case 'choices': {
        const { choices } = source;
        return (_label, count) => (choices[this.length] ?? 0) % count;
      }
      case 'draws':
        return (label, count) => this.#replayed(source.draws[this.length], label, count);
    }
  }

  #replayed(draw: Draw | undefined, label: string, count: number): number {
    if (draw === undefined) return 0;
    if (draw.label === label && draw.count === count) return draw.choice;
    throw new TapeMismatchError(
      `decision ${this.length} was '${draw.label}' of ${draw.count} when it was recorded, and is '${label}' of ${count} now: ` +
        'the code under test has changed, or reaches for something outside of the simulation',
    );
  }
}

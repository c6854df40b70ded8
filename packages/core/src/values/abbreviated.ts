/** The longest name that a message shows whole, in UTF-16 units. */
const LONGEST = 256;

/**
 * A text as a message shows it: its two ends if it is long. Names from outside have any length, and a message that is cut
 * off somewhere on its way would no longer say what is wrong.
 */
export function abbreviated(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST / 2).toWellFormed()}…${text.slice(-LONGEST / 4).toWellFormed()}`;
}

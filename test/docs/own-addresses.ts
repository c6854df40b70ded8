import { freeAddress } from '../process.ts';

/** What a command of a page is told to listen at, as in `--addr=127.0.0.1:3000`. */
const LISTENS = /--(?:[a-z]+-)*addr=(127\.0\.0\.1:[1-9]\d*)/g;

/** The page with free addresses in place of those that its commands listen at, so that it can be run twice at once. */
export async function withOwnAddresses(markdown: string): Promise<string> {
  let page = markdown;
  for (const shown of new Set(Array.from(markdown.matchAll(LISTENS), ([, address = '']) => address))) {
    page = page.replaceAll(new RegExp(`${shown.replaceAll('.', '\\.')}(?!\\d)`, 'g'), await freeAddress());
  }
  return page;
}

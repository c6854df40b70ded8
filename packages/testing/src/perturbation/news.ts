import type { Written } from './chronicle.ts';
import type { News } from './plan.ts';

/** Whether a write of a controller that had an effect followed from changes of a table between two positions. */
type HasEffect = (controller: string, table: string, from: number, to: number) => boolean;

/**
 * Who wrote because of what. A controller learns nothing from its own writes. One whose writes have no causes, as after a
 * pause of its own, may have used anything; and a kind from which nothing ever followed may be what kept it from writing.
 */
export function effectsOf(writes: readonly Written[]): HasEffect {
  const used = new Map<string, Set<number>>();
  const unexplained = new Set<string>();
  for (const { actor, causes } of writes) {
    if (causes.length === 0) unexplained.add(actor);
    for (const { table, position } of causes) {
      const key = `${actor} ${table}`;
      used.set(key, (used.get(key) ?? new Set()).add(position));
    }
  }
  return (controller, news, from, to) => {
    const isNews = ({ table, actor, position }: Written): boolean =>
      table === news && actor !== controller && position > from && position <= to;
    if (!writes.some(isNews)) return false;
    const known = used.get(`${controller} ${news}`);
    if (known === undefined || unexplained.has(controller)) return true;
    return [...known].some((position) => position > from && position <= to);
  };
}

/** What controllers were told, in order, with what came of it. */
export function newsOf<N extends { readonly from: number; readonly to: number; readonly step: number }>(
  byController: ReadonlyMap<string, readonly N[]>,
  tableOf: (news: N) => string,
  hasEffect: HasEffect,
): ReadonlyMap<string, readonly News[]> {
  return new Map(
    [...byController].map(([controller, all]) => {
      const news = all.map((each): News => {
        const table = tableOf(each);
        return { table, step: each.step, hasEffect: hasEffect(controller, table, each.from, each.to) };
      });
      return [controller, news];
    }),
  );
}

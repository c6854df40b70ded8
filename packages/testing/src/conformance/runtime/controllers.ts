import { pointerText, type ResourceType } from '@cosi-ts/resources';
import {
  defineController,
  destroyReady,
  exclusive,
  shared,
  strong,
  weak,
  type Controller,
  type Query,
} from '@cosi-ts/runtime';
import { Sentence, Str, type Value } from './types.ts';

type Ints = ResourceType<Value<number>>;
type Strs = ResourceType<Value<string>>;

/** A text for each int, which is held until its text is gone. */
export function intToStr(ints: Ints, strs: Strs = Str): Controller {
  return defineController({
    name: 'IntToStr',
    ports: { ints: strong(ints), ready: destroyReady(strs), strs: exclusive(strs) },
    async reconcile({ ints, strs: outputs }) {
      for (const { metadata, spec } of await ints.list()) {
        const { id, phase } = metadata;
        const finalizer = pointerText(strs.pointer(id));
        if (phase === 'tearingDown') {
          if (await outputs.remove(id)) await ints.removeFinalizer(id, finalizer);
          continue;
        }
        await ints.addFinalizer(id, finalizer);
        await outputs.set(id, { value: String(spec.value) });
      }
    },
  });
}

/** A sentence for each text. It says what it wants only once it runs. */
export function strToSentence(strs: Strs, sentences: Strs = Sentence): Controller {
  return defineController({
    name: 'StrToSentence',
    ports: { strs: strong(strs), ready: destroyReady(sentences), sentences: exclusive(sentences) },
    async run({ strs, sentences: outputs }, { wakeups }) {
      strs.aim([]);
      for await (const _causes of wakeups) {
        strs.aim();
        for (const { metadata, spec } of await strs.list()) {
          const { id, phase, labels } = metadata;
          const finalizer = pointerText(sentences.pointer(id));
          if (phase === 'tearingDown') {
            if (await outputs.remove(id)) await strs.removeFinalizer(id, finalizer);
            continue;
          }
          await strs.addFinalizer(id, finalizer);
          await outputs.set(id, { value: `${spec.value} sentence` }, { labels: labels.with('combined', 'yes') });
        }
      }
    },
  });
}

/** The sum of all ints, or of those that a query selects. */
export function sum(name: string, ints: Ints, sums: Ints, id: string, query?: Query): Controller {
  return defineController({
    name,
    ports: { ints: weak(ints), sums: shared(sums) },
    async reconcile({ ints, sums }) {
      const all = await ints.list({ query });
      const counted = all.filter(({ metadata }) => metadata.phase === 'running');
      await sums.set(id, { value: counted.reduce((total, { spec }) => total + spec.value, 0) });
    },
  });
}

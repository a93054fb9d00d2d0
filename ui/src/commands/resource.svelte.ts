// What a page shows, loaded by a command and kept current. Old data stays until the new is there; answers can overtake
// each other, and only the one to the last question counts.
import { untrack } from "svelte";
import { allTopics, lastChangeOf, type Topic } from "../state/topics.svelte";
import type { Answer } from "../tauri";
import { showOutcomeOfRead } from "./run";

export type Resource<T> = {
  /** What came last; null until the first answer. */
  readonly data: T | null;
  reload: () => void;
};

type Options<T, Args> = {
  /** It is loaded again when one of these changes. As a function where that depends on what is seen. */
  topics: readonly Topic[] | (() => readonly Topic[]);
  /**
   * What `load` is given; when it changes, it is loaded again. A text or a number: two objects are never the same. While
   * it is null, nothing is loaded.
   */
  args?: () => Args | null;
  load: (args: Args) => Promise<Answer<T>>;
  onload?: (data: T) => void;
  /** The first data came in another way. */
  isLoaded?: boolean;
};

/** Called where a component begins; it ends with the component. */
export function resource<T, Args extends string | number | undefined = undefined>(
  options: Options<T, Args>,
): Resource<T> {
  const { topics, args, load, onload, isLoaded = false } = options;
  let data = $state.raw<T | null>(null);
  let failed = $state(false);
  let asked = 0;
  let newest = 0;

  const wanted = $derived(args ? args() : (undefined as Args));
  // It never falls: what has been loaded after a change has that change, whichever topics are named by then.
  const change = $derived.by(() => {
    const named = typeof topics === "function" ? topics() : topics;
    // What could not be loaded is tried again with whatever happens next.
    newest = Math.max(newest, lastChangeOf(failed ? allTopics : named));
    return newest;
  });
  /** Another one whenever it is to be loaded. */
  const due = $derived({ change, wanted });

  async function ask(args: Args | null): Promise<void> {
    asked += 1;
    const mine = asked;
    if (args === null) return;
    const answer = await load(args);
    if (mine !== asked) return;
    showOutcomeOfRead(answer);
    failed = answer.status === "error";
    if (answer.status === "error") return;
    ({ data } = answer);
    onload?.(answer.data);
  }

  let isFirst = true;
  $effect(() => {
    const { wanted } = due;
    const isThere = isFirst && isLoaded;
    isFirst = false;
    if (!isThere) untrack(() => void ask(wanted));
  });
  $effect(() => () => {
    // Nobody waits for it any more, nor for its error.
    asked += 1;
  });

  return {
    get data() {
      return data;
    },
    reload: () => void ask(wanted),
  };
}

// Pages and dialogs that the first page does without. Each is loaded when it is first wanted, and from then on
// it is there at once, so that focus and scroll find what they look for.
import type { Component } from "svelte";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each has properties of its own; `Lazy` keeps their type
type AnyComponent = Component<any>;

export type Lazy<C extends AnyComponent> = {
  /** The component, or nothing while it is on its way. */
  readonly here: C | undefined;
  load: () => Promise<void>;
};

const all: (() => Promise<void>)[] = [];

export function lazy<C extends AnyComponent>(fetch: () => Promise<{ default: C }>): Lazy<C> {
  let here = $state.raw<C>();
  let loading: Promise<void> | undefined;
  const load = () =>
    (loading ??= fetch().then((module) => {
      here = module.default;
    }));
  all.push(load);
  return {
    get here() {
      if (!here) void load();
      return here;
    },
    load,
  };
}

/** The person has begun to use the window: what they may open next is fetched before they do. */
export function loadAll(): void {
  for (const load of all) void load();
}

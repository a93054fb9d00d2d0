// How a page begins, whoever draws it: the picture that is seen first (picture.ts) or the window itself (main.ts).
import { rowsInSight } from "./near";
import { app } from "./state.svelte";
import { nameSystem } from "./system";
import type { Boot } from "./tauri";

/** Takes what the page starts with. Both draw the same from it, so that one can take over from the other. */
export function begin(boot: Boot): void {
  app.begin(boot);
  app.rowsDrawn = rowsInSight(window.innerHeight);
  nameSystem();
  dress();
}

/** Tells the styles what the person has chosen. */
export function dress(): void {
  const { theme } = app.settings;
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.dataset.clock = app.clock;
}

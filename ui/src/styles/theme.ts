// What the person has chosen, told to the styles.
import { app } from "./state.svelte";

export function applyTheme(): void {
  const { theme } = app.settings;
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.dataset.clock = app.clock;
}

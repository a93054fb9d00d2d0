// What the person has chosen, told to the styles.
import { data } from "../state/data.svelte";

export function applyTheme(): void {
  const { theme } = data.settings;
  const root = document.documentElement;
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  root.dataset.clock = data.clock;
}

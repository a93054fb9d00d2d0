// What is seen first: the page drawn once, as text, by the components' own templates in the form that Svelte makes of
// them for servers. It answers to nothing. The window's script takes it over as soon as it has been painted; why there
// are two is written in docs/adr/0012.
import { render } from "svelte/server";
import App from "./App.svelte";
import { begin } from "./begin";
import { holdPresses, painted } from "./early";
import { handedBoot } from "./tauri";

/** Whether there was anything to draw. A page that is loaded again has to ask first; the first run's comes in a part. */
function draw(target: HTMLElement): boolean {
  const boot = handedBoot();
  if (!boot || boot.first_run) return false;
  begin(boot);
  try {
    target.innerHTML = render(App).body;
    return true;
  } catch (error) {
    // Without a picture the window draws the page itself.
    console.error(error);
    return false;
  }
}

async function start(): Promise<void> {
  const target = document.getElementById("window");
  // The shell runs this in whatever page the window shows.
  if (!target) return;
  const giveBack = holdPresses();
  if (draw(target)) await painted();
  globalThis.firstBellWindow?.();
  giveBack();
}

// Handed over by the shell, this runs before the page is read.
document.addEventListener("DOMContentLoaded", () => void start(), { once: true });

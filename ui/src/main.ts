import { mount } from "svelte";
import App from "./App.svelte";
import { attempt } from "./commands/attempt";
import { listen } from "./events/listen";
import { data } from "./state/data.svelte";
import { nameSystem } from "./styles/system";
import { applyTheme } from "./styles/theme";
import { commands, takeHandedBoot, type Boot } from "./tauri";
import "./styles/all.css";

async function start(target: HTMLElement): Promise<void> {
  data.begin(takeHandedBoot() ?? (await askBoot()));
  nameSystem();
  applyTheme();
  mount(App, { target });
  // Whoever reads the first page needs no event yet.
  await listen();
}

/** A page that is loaded again, or comes from Vite's server, is handed nothing. */
async function askBoot(): Promise<Boot> {
  const answer = await attempt(commands.boot());
  if (answer.status === "error") throw new Error(answer.error.message);
  return answer.data;
}

const target = document.getElementById("window");
if (target) void start(target);

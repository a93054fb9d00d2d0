import { mount } from "svelte";
import App from "./App.svelte";
import { listen } from "./listen";
import { app } from "./state.svelte";
import { nameSystem } from "./system";
import { commands, takeHandedBoot, type Boot } from "./tauri";
import { applyTheme } from "./theme";
import "./styles/all.css";

async function start(target: HTMLElement): Promise<void> {
  app.begin(takeHandedBoot() ?? (await askBoot()));
  nameSystem();
  applyTheme();
  mount(App, { target });
  // Whoever reads the first page needs no event yet.
  await listen();
}

/** A page that is loaded again, or comes from Vite's server, is handed nothing. */
async function askBoot(): Promise<Boot> {
  const answer = await commands.boot();
  if (answer.status === "error") throw new Error(answer.error.message);
  return answer.data;
}

const target = document.getElementById("window");
if (target) void start(target);

import { mount } from "svelte";
import App from "./App.svelte";
import { listen } from "./listen";
import { app } from "./state.svelte";
import { commands, injectedBoot } from "./tauri";
import "./styles/all.css";

async function start(): Promise<void> {
  let boot = injectedBoot();
  if (!boot) {
    const answer = await commands.boot();
    if (answer.status === "error") throw new Error(answer.error.message);
    boot = answer.data;
  }
  app.begin(boot);
  const listening = listen();
  const target = document.getElementById("window");
  if (target) mount(App, { target });
  // The window is seen now; whoever reads it needs no event yet, and the later days come right after.
  void commands.painted();
  setTimeout(() => { app.allDays = true; }, 0);
  // Files that were opened before the window could show them are told right after this.
  await listening;
  // What the bell found at its first look (bells missed while closed) was told before anyone listened.
  app.turn += 1;
  void commands.listening();
}

void start();

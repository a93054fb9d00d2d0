import { mount } from "svelte";
import App from "./App.svelte";
import { listen } from "./listen";
import { rowsInSight } from "./near";
import { app } from "./state.svelte";
import { commands, handedBoot } from "./tauri";
import { nameSystem } from "./system";
import "./styles/all.css";

async function start(): Promise<void> {
  let boot = handedBoot();
  if (!boot) {
    const answer = await commands.boot();
    if (answer.status === "error") throw new Error(answer.error.message);
    boot = answer.data;
  }
  app.begin(boot);
  app.rowsDrawn = rowsInSight(window.innerHeight);
  const target = document.getElementById("window");
  if (target) mount(App, { target });
  // Whoever reads the first page needs no event yet.
  await listen();
}

nameSystem();
void start();

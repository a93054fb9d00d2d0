import { mount } from "svelte";
import App from "./App.svelte";
import { listen } from "./listen";
import { rowsInSight } from "./near";
import { app } from "./state.svelte";
import { commands, handedBoot } from "./tauri";
import { nameSystem } from "./system";
import "./styles/all.css";

async function start(): Promise<void> {
  const target = document.getElementById("window");
  // The shell runs this in whatever page the window shows.
  if (!target) return;
  let boot = handedBoot();
  if (!boot) {
    const answer = await commands.boot();
    if (answer.status === "error") throw new Error(answer.error.message);
    boot = answer.data;
  }
  app.begin(boot);
  app.rowsDrawn = rowsInSight(window.innerHeight);
  mount(App, { target });
  // Whoever reads the first page needs no event yet.
  await listen();
}

nameSystem();
// Handed over by the shell, this runs before the page is read; from a server of pages, after it.
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => { void start(); }, { once: true });
else void start();

import { mount } from "svelte";
import App from "./App.svelte";
import { listen } from "./listen";
import { app } from "./state.svelte";
import { commands, injectedBoot } from "./tauri";
import { speak } from "./times";
import "./styles/all.css";

async function start(): Promise<void> {
  let boot = injectedBoot();
  if (!boot) {
    const answer = await commands.boot();
    if (answer.status === "error") throw new Error(answer.error.message);
    boot = answer.data;
  }
  speak(boot.languages);
  document.documentElement.lang = boot.languages[0] ?? "en";
  app.begin(boot);
  const target = document.getElementById("window");
  if (target) mount(App, { target });
  void commands.shown();
  await listen();
}

void start();

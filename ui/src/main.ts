import { hydrate, mount } from "svelte";
import App from "./App.svelte";
import { begin } from "./begin";
import { listen } from "./listen";
import { commands, dropBoot, handedBoot, type Boot } from "./tauri";
import "./styles/all.css";

async function start(target: HTMLElement): Promise<void> {
  begin(handedBoot() ?? (await askBoot()));
  dropBoot();
  // The picture that is there is taken over as it stands (picture.ts).
  if (target.hasChildNodes()) hydrate(App, { target });
  else mount(App, { target });
  // Whoever reads the first page needs no event yet.
  await listen();
}

async function askBoot(): Promise<Boot> {
  const answer = await commands.boot();
  if (answer.status === "error") throw new Error(answer.error.message);
  return answer.data;
}

const target = document.getElementById("window");
if (target) void start(target);

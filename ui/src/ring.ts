// The small window that rings where no notification service answers.
import { mount } from "svelte";
import RingCard from "./pages/RingCard.svelte";
import { nameSystem } from "./styles/system";
import { attempt } from "./commands/attempt";
import { commands } from "./tauri";
import "./styles/ring.css";

async function start(): Promise<void> {
  const answer = await attempt(commands.ringWindow());
  const ring = answer.status === "ok" ? answer.data : null;
  const target = document.getElementById("window");
  if (ring && ring.theme !== "system") document.documentElement.dataset.theme = ring.theme;
  if (ring && target) mount(RingCard, { target, props: { ring } });
}

nameSystem();
void start();

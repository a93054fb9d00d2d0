// The small window that rings where no notification service answers.
import { mount } from "svelte";
import RingCard from "./places/RingCard.svelte";
import { commands } from "./tauri";
import "./styles/ring.css";

async function start(): Promise<void> {
  const ring = await commands.ringWindow();
  const target = document.getElementById("window");
  if (ring && target) mount(RingCard, { target, props: { ring } });
}

void start();

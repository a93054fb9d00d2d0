// A session's link, into the clipboard.
import { run } from "../commands/run";
import { say } from "../i18n/say";
import { showNote } from "../state/notices.svelte";
import { commands } from "../tauri";

export async function copyLink(id: string): Promise<void> {
  const link = run(commands.linkToCopy(id));
  // The engine lets a page copy while a key or click is fresh; after the answer it no longer is.
  const copying = copyWhenThere(
    link.then((answer) => (answer.status === "ok" ? answer.data : Promise.reject(new Error(answer.error.code)))),
  );
  const answer = await link;
  const copied = await copying;
  if (answer.status === "error") return;
  const done = copied || (await copy(answer.data));
  showNote(done ? say("link-copied") : say("copy-failed"));
}

async function copyWhenThere(text: Promise<string>): Promise<boolean> {
  try {
    const blob = text.then((words) => new Blob([words], { type: "text/plain" }));
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": blob })]);
    return true;
  } catch {
    return false;
  }
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // The engine may hold the click to be too long ago; the old way has no such limit.
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    const had = document.activeElement;
    (document.querySelector("dialog:modal") ?? document.body).append(field);
    field.select();
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other way without that limit
    const done = document.execCommand("copy");
    field.remove();
    if (had instanceof HTMLElement) had.focus();
    return done;
  }
}

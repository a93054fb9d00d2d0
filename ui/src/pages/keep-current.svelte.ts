// What is kept current wherever the window is. Today: its card speaks when Join opens, and every page shows hours by its
// zone. The settings: the tray changes them too, and what is saved must not take that back.
import { resource } from "../commands/resource.svelte";
import { say } from "../i18n/say";
import { dateIn } from "../i18n/times";
import { newlyOpen } from "../sessions/opened";
import { data } from "../state/data.svelte";
import { announce, notices } from "../state/notices.svelte";
import { stored, type Topic } from "../state/topics.svelte";
import { commands, type Today } from "../tauri";

const withMinute: readonly Topic[] = [...stored, "minute"];

/** `isShown`: the page Today is what the person sees. */
export function keepTodayCurrent(isShown: () => boolean): void {
  const isYesterdays = () => dateIn(data.now, data.today.zone) !== data.today.date;
  resource({
    topics: () => (isShown() || isYesterdays() ? withMinute : stored),
    args: () => data.daysAhead,
    load: (days) => commands.today(days),
    onload: takeToday,
    // The first Today came with the page.
    isLoaded: true,
  });
}

export function keepSettingsCurrent(): void {
  resource({
    topics: ["settings"],
    load: () => commands.settings(),
    onload: (settings) => {
      if (data.settingsSaves === 0) data.settings = settings;
    },
    // The first ones came with the page.
    isLoaded: true,
  });
}

function takeToday(next: Today): void {
  const opened = newlyOpen(data.today, next);
  data.takeToday(next);
  if (!opened) return;
  notices.justOpened = opened.id;
  // Once is once: the brass does not fill again when the card is drawn anew.
  setTimeout(() => {
    notices.justOpened = null;
  }, 1_000);
  announce(
    opened.person ? say("can-join-person", { person: opened.person }) : say("can-join-title", { title: opened.title }),
  );
}

// From page to page, and back to where one was: the same row, the same scroll.
import { navigation, type PageName, type Where } from "../state/navigation.svelte";
import { dropPassingNotice } from "../state/notices.svelte";

const trail: Where[] = [];
const scrolled = new Map<string, number>();
const addressOf = (where: Where) => `${where.page}/${where.person ?? ""}/${where.session ?? ""}`;

export function goTo(where: Where): void {
  if (addressOf(where) === addressOf(navigation.where)) return;
  trail.push(navigation.where);
  show(where);
}

function show(where: Where): void {
  scrolled.set(addressOf(navigation.where), window.scrollY);
  navigation.where = where;
  dropPassingNotice();
  requestAnimationFrame(() => {
    window.scrollTo(0, scrolled.get(addressOf(where)) ?? 0);
  });
}

export function goToPage(page: PageName): void {
  goTo({ page, session: null, person: null });
}

/** To a page from one that is over: nobody comes back to it. */
export function goInstead(where: Where): void {
  const over = addressOf(navigation.where);
  const left = trail.filter((one) => addressOf(one) !== over);
  trail.splice(0, trail.length, ...left);
  show(where);
}

export function openSession(id: string): void {
  goTo({ ...navigation.where, session: id });
}

export function goBack(): void {
  const left = navigation.where.session;
  const before = trail.pop();
  if (!before && !left && !navigation.where.person) return;
  show(before ?? { ...navigation.where, session: null, person: left ? navigation.where.person : null });
  // Focus goes back to the row that was opened.
  if (left) {
    requestAnimationFrame(() => {
      document.querySelector<HTMLElement>(`[data-view="${CSS.escape(left)}"]`)?.focus();
    });
  }
}

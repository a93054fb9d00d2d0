// Where the person is. How one gets from here to there is in navigation/history.ts.

export type PageName = "today" | "week" | "people" | "settings" | "getting_in";
/** A page, and what is open on it. */
export type Where = { page: PageName; session: string | null; person: string | null };

class Navigation {
  where = $state.raw<Where>({ page: "today", session: null, person: null });
  /** Past sessions are listed under Today. */
  showPast = $state(false);
}

export const navigation = new Navigation();

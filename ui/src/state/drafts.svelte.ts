// What is being typed, so that leaving the page loses nothing.
import type { SchoolRole } from "../tauri";

/** Homework and notes, by session. */
export type Draft = { homework?: string; plan?: string; notes?: string };

export const drafts = $state<Record<string, Draft>>({});

/** The forms of getting in to a school, all of which share what is the same. Never a password, nor a mail's code. */
export type SchoolForm = {
  invitation: string;
  /** The part for those without an invitation is open. */
  no_invitation: boolean;
  address: string;
  key: string;
  role: SchoolRole | null;
  first_name: string;
  last_name: string;
  email: string;
  child: string;
  note: string;
  /** Where they live: a zone, or what was typed for one. Null: as this computer. */
  zone: string | null;
};

const blank: SchoolForm = {
  invitation: "",
  no_invitation: false,
  address: "",
  key: "",
  role: null,
  first_name: "",
  last_name: "",
  email: "",
  child: "",
  note: "",
  zone: null,
};

export const schoolForm = $state<SchoolForm>({ ...blank });

/** What is known already stands in the fields in which nothing was typed. */
type Known = { email?: string; first_name?: string; last_name?: string; zone?: string | null };
export function fillIn(known: Known): void {
  schoolForm.email ||= known.email ?? "";
  schoolForm.first_name ||= known.first_name ?? "";
  schoolForm.last_name ||= known.last_name ?? "";
  schoolForm.zone ??= known.zone ?? null;
}

/** The person is in: the next school begins with empty fields. */
export function forgetSchoolForm(): void {
  Object.assign(schoolForm, blank);
}

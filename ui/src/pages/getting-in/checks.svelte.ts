// What a form can know before anything is sent, told at its fields.
import { onDestroy, tick } from "svelte";
import { say } from "../../i18n/say";
import { gettingIn } from "../../state/getting-in.svelte";
import type { SchoolForm } from "../../state/drafts.svelte";
import { tellingOf } from "./faults";

/** The shortest password that is taken, in characters (the school may want more). */
export const SHORTEST_PASSWORD = 8;

export type FieldName = Exclude<keyof SchoolForm, "no_invitation" | "note"> | "password" | "code";
export type Faults = Partial<Record<FieldName, string>>;

/** The faults of one form. */
export class Checks {
  #own = $state.raw<Faults>({});
  #fields: FieldName[] = [];
  /** Where the form is drawn, to find its fields. */
  form = $state<HTMLFormElement>();

  /** Called where a component with this field begins. */
  draws(field: FieldName): void {
    this.#fields = [...this.#fields, field];
    onDestroy(() => {
      this.#fields = this.#fields.filter((one) => one !== field);
    });
  }

  /** Whether what was last refused is told at a field of this form. */
  isAtField(): boolean {
    const field = gettingIn.fault && tellingOf(gettingIn.fault.code).field;
    return field ? this.#fields.includes(field) : false;
  }

  /** What is wrong with a field: what was found here, else what the school has said about it. */
  of(field: FieldName): string | null {
    const { fault } = gettingIn;
    return this.#own[field] ?? (fault && tellingOf(fault.code).field === field ? fault.message : null);
  }

  edited(field: FieldName): void {
    if (this.#own[field]) this.#own = { ...this.#own, [field]: undefined };
    if (gettingIn.fault && tellingOf(gettingIn.fault.code).field === field) gettingIn.fault = null;
  }

  /** Whether nothing is wrong. The first field with a fault gets the focus. */
  passes(found: Faults): boolean {
    this.#own = found;
    const isFine = Object.values(found).every((fault) => !fault);
    // Over the button stands what was wrong before; beside a new fault it would only confuse.
    if (!isFine) gettingIn.fault = null;
    if (!isFine) void this.toFirstFault();
    return isFine;
  }

  async toFirstFault(): Promise<void> {
    await tick();
    this.form
      ?.querySelector<HTMLElement>("[aria-invalid=true]:not(fieldset), fieldset[aria-invalid=true] input")
      ?.focus();
  }
}

export function ofNames({ first_name, last_name }: Pick<SchoolForm, "first_name" | "last_name">): Faults {
  return {
    first_name: first_name.trim() ? undefined : say("check-first-name"),
    last_name: last_name.trim() ? undefined : say("check-last-name"),
  };
}

/** Which zones there are, the core knows: here it is only told from a field that was emptied. */
export function ofZone({ zone }: Pick<SchoolForm, "zone">): Faults {
  return { zone: zone === "" ? say("check-zone") : undefined };
}

export function ofEmail(email: string): Faults {
  return { email: /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? undefined : say("check-email") };
}

/** A password that is made now. One that was made before may be of any length. */
export function ofNewPassword(password: string): Faults {
  const count = Array.from(password).length;
  if (count >= SHORTEST_PASSWORD) return {};
  return { password: count === 0 ? say("check-new-password") : say("check-short-password", { count }) };
}

export function ofPassword(password: string): Faults {
  return { password: password ? undefined : say("check-password") };
}

/** Who asks without an invitation. */
export function ofAsker({ role, child }: Pick<SchoolForm, "role" | "child">): Faults {
  return {
    role: role ? undefined : say("check-role"),
    child: role === "guardian" && !child.trim() ? say("check-child") : undefined,
  };
}

/** An invitation, or in its place the school's address and key where their part is open. */
export function ofBeginning(form: Pick<SchoolForm, "invitation" | "no_invitation" | "address" | "key">): Faults {
  const hasInvitation = form.invitation.trim() !== "";
  const isTyped = form.address.trim() !== "" || form.key.trim() !== "";
  if (!form.no_invitation || (hasInvitation && !isTyped)) {
    return { invitation: hasInvitation ? undefined : say("check-invitation") };
  }
  return {
    address: form.address.trim() ? undefined : say("check-address"),
    key: form.key.trim() ? undefined : say("check-key"),
  };
}

/** The digits of a mail's code, which some paste with a blank; null if there are too few or too many. */
export function digitsOf(code: string): string | null {
  const digits = code.replaceAll(/\D/g, "");
  return /^\d{6,10}$/.test(digits) ? digits : null;
}

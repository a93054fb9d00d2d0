// What the shell will say of schools, until its own bindings say it: in the same form, so that `index.ts` only names the
// other file then.
import { invoke as __TAURI_INVOKE } from "@tauri-apps/api/core";
import { commands as generated } from "./bindings";
import type * as bindings from "./bindings";

export type * from "./bindings";

export type SchoolRole = "student" | "tutor" | "guardian";
/** Who is let in without being asked about. */
export type OpenSignUp = "off" | "students" | "all";
/** This computer knows the school at `known`; what was given leads to `given`. */
export type OtherHost = { school: string; known: string; given: string };

/** Where getting in stands. */
export type GettingIn =
  | { step: "begin" }
  | { step: "invitation"; host: string; other: OtherHost | null }
  | {
      step: "door";
      school: string;
      host: string;
      role: SchoolRole | null;
      sign_up: OpenSignUp;
      has_account: boolean;
      email: string;
      first_name: string;
      last_name: string;
      can_leave: boolean;
    }
  | { step: "confirm"; school: string; email: string; purpose: "sign_up" | "new_password"; knows_password: boolean }
  | { step: "new_password"; school: string; email: string }
  | {
      step: "stranger";
      school: string;
      email: string;
      sign_up: OpenSignUp;
      first_name: string;
      last_name: string;
    }
  | {
      step: "asked";
      school: string;
      email: string;
      role: SchoolRole;
      first_name: string;
      last_name: string;
      at: string;
    }
  | { step: "turned_away"; school: string; email: string; role: SchoolRole; reason: string; sign_up: OpenSignUp }
  | { step: "arrived"; school: string; role: SchoolRole; approved: boolean };

export type SchoolState = "in" | "waiting" | "stranger" | "asked" | "turned_away" | "ended" | "keychain";
/** A school that somebody here has to do with. */
export type SchoolView = {
  id: string;
  school: string;
  host: string;
  email: string;
  state: SchoolState;
  sentence: string | null;
  this_run_only: boolean;
};

/** What is sent with a sign-up. */
export type SignUp = {
  role: SchoolRole | null;
  first_name: string;
  last_name: string;
  email: string;
  password: string;
  note: string;
  child: string;
};
/** What is put before a school. */
export type JoinRequest = { role: SchoolRole; first_name: string; last_name: string; note: string; child: string };

export type ErrorCode =
  | bindings.ErrorCode
  | "offline"
  | "captive_portal"
  | "network_blocks"
  | "switched_off"
  | "network_or_school"
  | "school_silent"
  | "needs_update"
  | "clock_off"
  | "no_school"
  | "wrong_key"
  | "wrong_password"
  | "not_confirmed"
  | "account_exists"
  | "code_over"
  | "mail_too_soon"
  | "mail_not_set_up"
  | "weak_password"
  | "password_too_long"
  | "bad_email"
  | "no_invitation"
  | "invitation_over"
  | "too_many_tries"
  | "banned"
  | "second_factor"
  | "keychain_locked"
  | "school_refused";
export type AppError = { code: ErrorCode; message: string };

export type Topic = bindings.Topic | "schools";
export type Change = Omit<bindings.Change, "topic"> & { topic: Topic };
export type Notice = bindings.Notice | { kind: "school"; id: string; text: string; state: SchoolState };
export type Today = bindings.Today & { schools: string[] };
export type Boot = Omit<bindings.Boot, "today" | "strip"> & { today: Today; strip: Notice[] };
export type AppEvent =
  | Exclude<bindings.AppEvent, { kind: "changed" | "strip" | "failed" }>
  | { kind: "changed"; now: string; changes: Change[] }
  | { kind: "strip"; strip: Notice[] }
  | { kind: "failed"; error: AppError }
  | { kind: "getting_in" };

type Answered<T> = { status: "ok"; data: T } | { status: "error"; error: AppError };

const ofSchools = {
  gettingIn: () => typedError<GettingIn>(__TAURI_INVOKE("getting_in")),
  readInvitation: (text: string) => typedError<GettingIn>(__TAURI_INVOKE("read_invitation", { text })),
  lookAtSchool: (address: string, key: string) =>
    typedError<GettingIn>(__TAURI_INVOKE("look_at_school", { address, key })),
  goOnWithInvitation: (agreed: boolean) => typedError<GettingIn>(__TAURI_INVOKE("go_on_with_invitation", { agreed })),
  signUp: (signUp: SignUp) => typedError<GettingIn>(__TAURI_INVOKE("sign_up", { signUp })),
  signIn: (email: string, password: string) => typedError<GettingIn>(__TAURI_INVOKE("sign_in", { email, password })),
  forgotPassword: (email: string) => typedError<GettingIn>(__TAURI_INVOKE("forgot_password", { email })),
  confirmCode: (code: string) => typedError<GettingIn>(__TAURI_INVOKE("confirm_code", { code })),
  openedLink: () => typedError<GettingIn>(__TAURI_INVOKE("opened_link")),
  sendMailAgain: () => typedError<GettingIn>(__TAURI_INVOKE("send_mail_again")),
  setNewPassword: (password: string) => typedError<GettingIn>(__TAURI_INVOKE("set_new_password", { password })),
  takeInvitation: (text: string) => typedError<GettingIn>(__TAURI_INVOKE("take_invitation", { text })),
  askToJoin: (request: JoinRequest) => typedError<GettingIn>(__TAURI_INVOKE("ask_to_join", { request })),
  lookAgain: () => typedError<GettingIn>(__TAURI_INVOKE("look_again")),
  leaveGettingIn: () => typedError<GettingIn>(__TAURI_INVOKE("leave_getting_in")),
  schools: () => typedError<SchoolView[]>(__TAURI_INVOKE("schools")),
  goOnWithSchool: (id: string) => typedError<GettingIn>(__TAURI_INVOKE("go_on_with_school", { id })),
  signOut: (id: string, everywhere: boolean) => typedError<null>(__TAURI_INVOKE("sign_out", { id, everywhere })),
};

/** These give more than the bindings know of. */
type Wider = { boot: () => Promise<Answered<Boot>>; today: (daysAhead: number) => Promise<Answered<Today>> };

export const commands = { ...generated, ...ofSchools } as unknown as Omit<typeof generated, keyof Wider> &
  Wider &
  typeof ofSchools;

async function typedError<T>(result: Promise<T>): Promise<Answered<T>> {
  try {
    return { status: "ok", data: await result };
  } catch (error) {
    if (error instanceof Error) throw error;
    return { status: "error", error: error as AppError };
  }
}

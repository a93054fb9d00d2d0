// The only folder that talks to the shell. What it says and the types it speaks are generated; see bindings.ts.
import type { AppError, Boot } from "./bindings";

export { commands, events } from "./bindings";
export type * from "./bindings";

export type Answer<T> = { status: "ok"; data: T } | { status: "error"; error: AppError };

declare global {
  // eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- only an interface can be added to
  interface Window {
    __BOOT__?: Boot;
  }
}

/** What the shell put into the page before its scripts, so that the first paint waits for nothing. */
export function injectedBoot(): Boot | undefined {
  return window.__BOOT__;
}

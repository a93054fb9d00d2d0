// The window's script as the shell hands it over: a function to be called once (ui/classic.ts).
// eslint-disable-next-line no-var -- only `var` declares what lies on `globalThis`
declare var firstBellWindow: (() => void) | undefined;

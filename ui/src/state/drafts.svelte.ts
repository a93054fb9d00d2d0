// Homework and notes being written, by session, so that leaving the page loses nothing.

export type Draft = { homework?: string; plan?: string; notes?: string };

export const drafts = $state<Record<string, Draft>>({});

// On which system the window runs, where that makes a difference.

export const mac = navigator.userAgent.includes("Mac OS");

/** For the styles, before anything is drawn. */
export function nameSystem(): void {
  if (navigator.userAgent.includes("Linux")) document.documentElement.dataset.system = "linux";
}

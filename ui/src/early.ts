// Between the first picture and the window that answers lie some hundredths of a second, more on a slow computer.

/** Until the page as it stands has been painted, or cannot be seen anyway. */
export function painted(): Promise<void> {
  return new Promise((done) => {
    if (document.visibilityState === "hidden") done();
    // A frame's callback comes before its painting; what it puts off, after.
    requestAnimationFrame(() => setTimeout(done));
    // A window that is covered may be given no frame at all.
    setTimeout(done, 200);
  });
}

/** Holds what is pressed while nothing answers. What is returned gives it back, each thing once. */
export function holdPresses(): () => void {
  const held = new Set<HTMLElement>();
  const hold = (event: Event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    // An icon cannot be pressed for itself.
    const pressed = event.target instanceof Element && event.target.closest("button");
    if (pressed) held.add(pressed);
  };
  document.addEventListener("click", hold, true);
  return () => {
    document.removeEventListener("click", hold, true);
    for (const pressed of held) pressed.click();
  };
}

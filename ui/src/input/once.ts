/** For a button that acts once: of two quick clicks the second is none of its own, wherever it lands. */
export function once(act: () => void): (event: MouseEvent) => void {
  return (event) => {
    if (event.detail < 2) act();
  };
}

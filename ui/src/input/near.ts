// Whether the end of a list comes near, for lists that go on by themselves.

/** How far below the fold something is near, in pixels: some rows, so that scrolling finds them there. */
const MARGIN = 120;

/** For an element after the last row: calls for as long as it is near. */
export function whenNear(take: () => void): (node: Element) => () => void {
  return (node) => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        take();
        // What came may not have moved it away; only a new look tells.
        observer.unobserve(node);
        observer.observe(node);
      },
      { rootMargin: `0px 0px ${MARGIN}px` },
    );
    observer.observe(node);
    return () => {
      observer.disconnect();
    };
  };
}

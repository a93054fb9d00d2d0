// The window's sentences. They come from the Fluent files that Rust reads too.
import { FluentBundle, FluentNumber, type FluentVariable } from "@fluent/bundle";
import body from "../../../locales/en/window.ftl";

const bundle = new FluentBundle("en", {
  // Isolation marks would end up in labels and copied text; no right-to-left language is spoken yet.
  useIsolating: false,
});
// eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- a bundle reads no more of it
bundle.addResource({ body });

/** Small whole numbers look alike in every English; the tables of Intl are left for those that it groups. */
class Count extends FluentNumber {
  override toString(scope: Parameters<FluentNumber["toString"]>[0]): string {
    return Number.isInteger(this.value) && Math.abs(this.value) < 1000 ? String(this.value) : super.toString(scope);
  }
}

export function say(id: string, args?: Record<string, FluentVariable>): string {
  const pattern = bundle.getMessage(id)?.value;
  if (!pattern) return id;
  const given =
    args &&
    Object.fromEntries(
      Object.entries(args).map(([name, value]) => [name, typeof value === "number" ? new Count(value) : value]),
    );
  // With a list for its errors a sentence that lacks a part is shown without it, rather than breaking the page.
  return bundle.formatPattern(pattern, given ?? null, []);
}

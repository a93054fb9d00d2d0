// The window's sentences. They come from the Fluent files that Rust reads too.
import { FluentBundle, FluentResource, type FluentVariable } from "@fluent/bundle";
import english from "../../locales/en/window.ftl?raw";

const bundle = new FluentBundle("en", {
  // Isolation marks would end up in labels and copied text; no right-to-left language is spoken yet.
  useIsolating: false,
});
bundle.addResource(new FluentResource(english));

export function say(id: string, args?: Record<string, FluentVariable>): string {
  const pattern = bundle.getMessage(id)?.value;
  // With a list for its errors a sentence that lacks a part is shown without it, rather than breaking the page.
  return pattern ? bundle.formatPattern(pattern, args ?? null, []) : id;
}

// What ui/fluent.ts makes of a Fluent file.
declare module "*.ftl" {
  const body: import("@fluent/bundle").FluentResource["body"];
  export default body;
}

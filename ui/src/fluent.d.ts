// What ui/fluent.ts makes of a Fluent file.
declare module "*.ftl?first" {
  const body: import("@fluent/bundle").FluentResource["body"];
  export default body;
}
declare module "*.ftl?rest" {
  const body: import("@fluent/bundle").FluentResource["body"];
  export default body;
}

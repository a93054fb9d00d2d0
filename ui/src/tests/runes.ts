// The environment of tests that need runes as a window has them: state that is followed, effects that run.
import type { Environment } from "vitest/runtime";

const environment: Environment = {
  name: "runes",
  viteEnvironment: "client",
  setup: () => ({ teardown: () => undefined }),
};
export default environment;

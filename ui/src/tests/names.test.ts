import { describe, expect, it } from "vitest";
import { alsoWords, sourceWords } from "../i18n/names";

describe("where a lesson stands", () => {
  it("is said where there are several sources, and who it is with where they differ", () => {
    expect(alsoWords({ id: "1", school: null, with: null })).toBe("Also on this computer");
    expect(alsoWords({ id: "1", school: "Northside", with: null })).toBe("Also at Northside");
    expect(alsoWords({ id: "1", school: "Northside", with: "Dan" })).toBe("Also at Northside, with Dan");
    expect(sourceWords({ school: null, also: [] })).toBe("");
    expect(sourceWords({ school: "Southside", also: [{ id: "1", school: null, with: null }] })).toBe(
      "Southside · Also on this computer",
    );
  });
});

// Answers can overtake each other; only the one to the last question counts. Old data stays until then.
import { look } from "./ask";
import type { Answer } from "./tauri";

export function latest<T>(take: (data: T) => void): (command: Promise<Answer<T>>) => void {
  let count = 0;
  return (command) => {
    count += 1;
    const mine = count;
    void look(command).then((answer) => {
      if (mine === count && answer.status === "ok") take(answer.data);
    });
  };
}

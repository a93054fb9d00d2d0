// Answers can overtake each other; only the one to the last question counts. Old data stays until then.
import { ask } from "./ask";
import type { Answer } from "./tauri";

export function latest<T>(take: (data: T) => void): (command: Promise<Answer<T>>) => void {
  let count = 0;
  return (command) => {
    count += 1;
    const mine = count;
    void ask(command).then((answer) => {
      if (mine === count && answer.status === "ok") take(answer.data);
    });
  };
}

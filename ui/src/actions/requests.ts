// Answering requests. What the school says no to stands in the line; what waits is said to wait.
import { run } from "../commands/run";
import { say } from "../i18n/say";
import { announce } from "../state/notices.svelte";
import { commands, type BookingReply, type CourseAnswer, type Request } from "../tauri";

/** Says what came of something that was done at a school. */
export function sayBecame(answer: CourseAnswer, done: string): void {
  // That it waits stands in the strip until it has gone; here it is only spoken.
  announce(answer.kind === "done" ? done : say("will-be-sent"));
}

/** Answers a request; whether that went through, or waits. */
export async function answerRequest(request: Request, reply: BookingReply, done: string): Promise<boolean> {
  const answer = await run(commands.answerRequest(request.id, request.version, reply));
  if (answer.status === "error") return false;
  sayBecame(answer.data, done);
  return true;
}

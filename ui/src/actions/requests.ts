// Answering requests. What the school says no to stands in the line; what waits is said to wait.
import { run } from "../commands/run";
import { say } from "../i18n/say";
import { announce, notices } from "../state/notices.svelte";
import { openDialog } from "../state/dialogs.svelte";
import { commands, type BookingReply, type CourseAnswer, type Request } from "../tauri";

/** Says what came of something that was done at a school. */
export function sayBecame(answer: CourseAnswer, done: string): void {
  if (answer.kind === "done") {
    announce(done);
    return;
  }
  notices.line = {
    text: say("will-be-sent"),
    severity: "plain",
    stays: false,
    offer: {
      label: say("show"),
      take: () => {
        openDialog({ kind: "waiting" });
      },
    },
  };
}

/** Answers a request; whether that went through, or waits. */
export async function answerRequest(request: Request, reply: BookingReply, done: string): Promise<boolean> {
  const answer = await run(commands.answerRequest(request.id, request.version, reply));
  if (answer.status === "error") return false;
  sayBecame(answer.data, done);
  return true;
}

import { useEffect, useRef } from "preact/hooks";
import { answerWithKey, keyQuestion } from "./key.ts";
import { texts } from "./settings.ts";

/** Asks for the service's key where a request was refused for want of one. */
export function KeyDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const question = keyQuestion.value;
  const { key } = texts.value.shell;
  useEffect(() => {
    if (question === null) dialog.current?.close();
    else if (dialog.current?.open === false) dialog.current.showModal();
    if (field.current !== null) field.current.value = "";
  }, [question]);
  const answer = (event: Event): void => {
    event.preventDefault();
    const given = field.current?.value.trim() ?? "";
    if (given !== "") answerWithKey(given);
  };
  return (
    <dialog ref={dialog} class="key" aria-labelledby="key-title" onCancel={() => answerWithKey(null)}>
      <form method="dialog" onSubmit={answer}>
        <h2 id="key-title">{key.title}</h2>
        {question?.wasRefused === true && <p role="alert">{key.refused}</p>}
        <p>{key.explanation}</p>
        <label>
          {key.label}
          <input ref={field} type="password" autocomplete="off" required />
        </label>
        <p class="actions">
          <button type="submit" class="chief">
            {key.use}
          </button>
          <button type="button" onClick={() => answerWithKey(null)}>
            {key.without}
          </button>
        </p>
      </form>
    </dialog>
  );
}

/**
 * Runs what is asked for one at a time, and of what is asked for meanwhile only the last: a slider that is dragged asks more often than
 * answers come.
 */
export function latest<Question>(answer: (question: Question) => Promise<void>): (question: Question) => void {
  let next: { readonly question: Question } | null = null;
  let isBusy = false;
  const work = async (): Promise<void> => {
    isBusy = true;
    while (next !== null) {
      const { question } = next;
      next = null;
      await answer(question);
    }
    isBusy = false;
  };
  return (question) => {
    next = { question };
    if (!isBusy) void work();
  };
}

/** What the numbers that a network puts out for a point say: the class, and how sure of it. */
export function decisionOf(outputs: readonly number[]): { readonly chosen: number; readonly sureness: number } {
  if (outputs.length === 1) {
    const chance = 1 / (1 + Math.exp(-outputs[0]));
    return { chosen: outputs[0] > 0 ? 1 : 0, sureness: Math.abs(2 * chance - 1) };
  }
  const most = Math.max(...outputs);
  const sum = outputs.reduce((total, each) => total + Math.exp(each - most), 0);
  const chosen = outputs.indexOf(most);
  return { chosen, sureness: (1 / sum - 1 / outputs.length) / (1 - 1 / outputs.length) };
}

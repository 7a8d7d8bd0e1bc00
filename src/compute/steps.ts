/** Ids of the steps of a run, by which what is graded, drawn and told of it refers to each other. */
export const stepId = {
  /** A value is computed. */
  forward: (name: string): string => `forward/${name}`,
  /** The gradient starts at the objective. */
  seed: (name: string): string => `seed/${name}`,
  /** A node passes gradients back to its inputs. */
  backward: (node: string): string => `backward/${node}`,
  /** What comes back to a value along several edges is added. */
  sum: (name: string): string => `sum/${name}`,
};

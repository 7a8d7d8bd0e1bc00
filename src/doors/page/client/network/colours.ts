/** The colours of classes and of signs, as the theme has them, for what is drawn on a canvas. */
export interface Palette {
  readonly classes: readonly (readonly [red: number, green: number, blue: number])[];
  readonly ink: string;
  readonly quiet: string;
  readonly sheet: string;
  readonly line: string;
  readonly value: string;
}

export const mostClasses = 10;

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const colour = (name: string): string => style.getPropertyValue(name).trim();
  return {
    classes: Array.from({ length: mostClasses }, (_, at) => partsOf(colour(`--class-${at}`))),
    ink: colour("--ink"),
    quiet: colour("--quiet"),
    sheet: colour("--sheet"),
    line: colour("--line"),
    value: colour("--value"),
  };
}

/** The parts of a colour such as #1756a9. */
export const partsOf = (colour: string): readonly [number, number, number] => [
  Number.parseInt(colour.slice(1, 3), 16),
  Number.parseInt(colour.slice(3, 5), 16),
  Number.parseInt(colour.slice(5, 7), 16),
];

import { fontStack } from "./font.ts";
import { mostLevel } from "./heat-map.ts";
import { smallSize, textSize } from "./blocks.ts";

export const themes = ["auto", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

interface Palette {
  readonly ground: string;
  readonly face: string;
  readonly ink: string;
  readonly muted: string;
  readonly frame: string;
  readonly value: string;
  readonly gradient: string;
  readonly factor: string;
  readonly bad: string;
  /** Of cells, from small to large. */
  readonly positive: readonly string[];
  readonly negative: readonly string[];
}

/** Text stands out from the ground by 4.5 to 1 and more, as a test measures. */
export const palettes: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    ground: "#ffffff",
    face: "#f6f8fa",
    ink: "#1f2328",
    muted: "#57606a",
    frame: "#d0d7de",
    value: "#0a6b2d",
    gradient: "#b3261e",
    factor: "#6639ba",
    bad: "#ffe3a3",
    positive: ["#d9ead9", "#a6d3ab", "#5fae72", "#1c7a3b"],
    negative: ["#f6d9d5", "#eeb0a8", "#db7468", "#ab2f25"],
  },
  dark: {
    ground: "#0d1117",
    face: "#161b22",
    ink: "#e6edf3",
    muted: "#9198a1",
    frame: "#3d444d",
    value: "#56d364",
    gradient: "#ff8a80",
    factor: "#d2a8ff",
    bad: "#5c4300",
    positive: ["#17311f", "#1f5a31", "#2f8a49", "#6fdc86"],
    negative: ["#3b1a1a", "#6f2a28", "#b24a44", "#ff9c92"],
  },
};

const root = ".adjoint-picture";

const shapes = `${root}{font:${textSize}px ${fontStack}}
${root} text{stroke:none;white-space:pre}
${root} .wire,${root} .back{fill:none;stroke-linecap:round;stroke-linejoin:round}
${root} .wire:not([stroke-width]){stroke-width:1.3}
${root} .literal-wire .wire:not([stroke-width]){stroke-width:.9}
${root} .back{stroke-width:1.3}
${root} .shape{stroke-width:1.3}
${root} .name{font-weight:600}
${root} .middle{text-anchor:middle}
${root} .end{text-anchor:end}
${root} .caption,${root} .small{font-size:${smallSize}px}
${root} .outline{fill:none;stroke-dasharray:4 3}
${root} .bracket{fill:none;stroke-width:1}
${root} .sign{fill:none;stroke-width:.9}
${root} .copy .shape{stroke-dasharray:3 2}
`;

const colours = (palette: Palette): string => `${root} .ground{fill:${palette.ground}}
${root} text{fill:${palette.ink}}
${root} .shape{fill:${palette.face};stroke:${palette.ink}}
${root} .value .shape,${root} .group .shape{stroke:${palette.muted}}
${root} .wire,${root} .bracket{stroke:${palette.ink}}
${root} .head{fill:${palette.ink};stroke:none}
${root} text.value{fill:${palette.value}}
${root} text.gradient,${root} .sum text,${root} .tip{fill:${palette.gradient}}
${root} .back{stroke:${palette.gradient}}
${root} text.factor{fill:${palette.factor}}
${root} text.caption,${root} text.detail{fill:${palette.muted}}
${root} .outline{stroke:${palette.muted}}
${root} .birthplace .shape{fill:${palette.bad};stroke:${palette.gradient};stroke-width:2.4}
${root} .cells{fill:${palette.face}}
${root} .edges{fill:none;stroke:${palette.frame};stroke-width:.5}
${root} .sign{stroke:${palette.ink}}
${Array.from({ length: mostLevel }, (_, at) => `${root} .p${at + 1}{fill:${palette.positive[at]}}\n${root} .m${at + 1}{fill:${palette.negative[at]}}\n`).join("")}`;

/** The one style sheet of a picture, which is the same text for all of a theme. */
export const styleSheets: Readonly<Record<Theme, string>> = {
  light: shapes + colours(palettes.light),
  dark: shapes + colours(palettes.dark),
  auto: `${shapes}${colours(palettes.light)}@media (prefers-color-scheme:dark){\n${colours(palettes.dark)}}\n`,
};

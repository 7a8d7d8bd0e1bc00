import type { TaskContent } from "../../tasks/result.ts";
import type { Portrait } from "../portrait.ts";
import { compose, type Drawing } from "./compose.ts";
import { drawDot } from "./dot.ts";
import { drawMermaid } from "./mermaid.ts";
import type { PictureFormat } from "./picture-request.ts";
import { drawSvg } from "./svg.ts";
import type { Theme } from "./styles.ts";

export const mediaTypes: Readonly<Record<PictureFormat, string>> = {
  svg: "image/svg+xml",
  dot: "text/vnd.graphviz",
  mermaid: "text/vnd.mermaid",
};

/** The format of a media type; SVG where there is none. */
export const formatOf = (mediaType: string | null): PictureFormat =>
  mediaType === mediaTypes.dot ? "dot" : mediaType === mediaTypes.mermaid ? "mermaid" : "svg";

/** A portrait as a picture in a format. */
export function drawn(portrait: Portrait, drawing: Drawing & { readonly theme: Theme }, format: PictureFormat): TaskContent {
  const scene = compose(portrait, drawing);
  const text = format === "dot" ? drawDot(scene) : format === "mermaid" ? drawMermaid(scene) : drawSvg(scene, drawing.theme);
  return { kind: "text", text, mediaType: mediaTypes[format] };
}

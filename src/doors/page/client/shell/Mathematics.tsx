import { useLayoutEffect, useRef } from "preact/hooks";
import type { WrittenFormula } from "../../../../render/explain/response.ts";
import { elementOf } from "../picture/foreign.ts";

/** A formula as the browser sets it, or as text where it does not. */
export function Mathematics({ formula, block = false }: { readonly formula: WrittenFormula; readonly block?: boolean }) {
  const place = useRef<HTMLSpanElement>(null);
  const { mathml, text } = formula;
  useLayoutEffect(() => {
    const element = elementOf(mathml, "math");
    if (element !== null) {
      if (block) element.setAttribute("display", "block");
      element.querySelector("annotation")?.remove();
    }
    place.current?.replaceChildren(element ?? text);
  }, [mathml, text, block]);
  return <span class={block ? "formula block" : "formula"} ref={place} />;
}

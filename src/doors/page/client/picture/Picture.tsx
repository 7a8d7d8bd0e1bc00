import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { edgeMark } from "../check/findings.ts";
import { texts } from "../shell/settings.ts";
import { elementOf } from "./foreign.ts";
import { PictureProgress, type PictureStep, type WirePlace } from "./progress.ts";

interface PictureProps {
  /** The service's drawing. */
  readonly svg: string;
  readonly steps: readonly PictureStep[];
  /** Which step is shown; null: all. */
  readonly at: number | null;
  /** An input that is looked at. */
  readonly chosen?: string | null;
  /** What is wrong, by the names of values and nodes and by `edgeMark`. */
  readonly marked?: ReadonlySet<string>;
  readonly onValue?: (name: string) => void;
  readonly onNode?: (name: string) => void;
}

const zooms = [1, 1.25, 1.5, 2, 3, 4, 6];

/** A drawing that can be stepped through, enlarged and moved. */
export function Picture({ svg, steps, at, chosen = null, marked, onValue, onNode }: PictureProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [zoom, setZoom] = useState(0);
  const { picture } = texts.value.formula;

  useLayoutEffect(() => {
    const drawn = elementOf(svg, "svg");
    if (drawn === null) return;
    frame.current?.replaceChildren(drawn);
    nameNodes(drawn, steps);
  }, [svg, steps]);
  useLayoutEffect(() => {
    const drawn = frame.current?.querySelector("svg");
    if (!drawn) return;
    present(drawn, new PictureProgress(steps, at), chosen, marked ?? new Set());
    drawn.classList.toggle("near", at !== null);
  }, [svg, steps, at, chosen, marked]);
  useLayoutEffect(() => {
    const drawn = frame.current?.querySelector("svg");
    if (drawn) enlarge(drawn, zooms[zoom] ?? 1);
  }, [svg, steps, zoom]);
  useLayoutEffect(() => {
    const box = frame.current;
    if (box === null || at === null) return;
    // On a phone the picture is wider than what is seen of it.
    bringIntoView(box, [...box.querySelectorAll(".now")]);
  }, [svg, steps, at]);

  const turn = (change: number): void => setZoom((before) => Math.min(zooms.length - 1, Math.max(0, before + change)));
  const pressed = (event: MouseEvent): void => {
    if (!(event.target instanceof Element)) return;
    const value = event.target.closest("[data-value]")?.getAttribute("data-value");
    const node =
      event.target.closest("[data-node]")?.getAttribute("data-node") ?? event.target.closest("[data-to]")?.getAttribute("data-to");
    if (value) onValue?.(value);
    else if (node) onNode?.(node);
  };
  const rolled = (event: WheelEvent): void => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    turn(event.deltaY < 0 ? 1 : -1);
  };
  return (
    <figure class="picture">
      <div
        class={zoom > 0 ? "frame enlarged" : "frame"}
        ref={frame}
        // What does not fit is moved by keys, too.
        tabIndex={0}
        role="group"
        aria-label={picture.title}
        onClick={pressed}
        onWheel={rolled}
        onPointerDown={grasp}
      />
      <figcaption class="zoom">
        <button type="button" onClick={() => turn(-1)} disabled={zoom === 0} aria-label={picture.smaller} title={picture.smaller}>
          −
        </button>
        <button
          type="button"
          onClick={() => turn(1)}
          disabled={zoom === zooms.length - 1}
          aria-label={picture.larger}
          title={picture.larger}
        >
          +
        </button>
        <button type="button" onClick={() => setZoom(0)} disabled={zoom === 0}>
          {picture.fit}
        </button>
      </figcaption>
    </figure>
  );
}

/** Writes above nodes without a name what they are called in what is said. */
function nameNodes(drawn: Element, steps: readonly PictureStep[]): void {
  const isAcross = drawn.classList.contains("lr");
  for (const { kind, node, symbol } of steps) {
    const part = kind === "forward" && symbol !== undefined ? drawn.querySelector(`g.node[data-node="${CSS.escape(node)}"]`) : null;
    const shape = part?.querySelector(".shape") ?? null;
    if (part === null || symbol === undefined || !(shape instanceof SVGGraphicsElement) || part.querySelector(".caption") !== null)
      continue;
    const { x, y, width, height } = shape.getBBox();
    const caption = document.createElementNS(drawn.namespaceURI, "text");
    caption.setAttribute("class", isAcross ? "caption middle" : "caption");
    caption.setAttribute("x", String(isAcross ? x + width / 2 : x + width + 4));
    caption.setAttribute("y", String(isAcross ? y - 4 : y + height / 2 + 4));
    caption.textContent = symbol;
    part.append(caption);
  }
}

const placeOf = (wire: Element): WirePlace => ({ from: wire.getAttribute("data-from"), to: wire.getAttribute("data-to") });

/** Shows of a drawing what has come, and marks what the step is about. */
function present(drawn: SVGSVGElement, progress: PictureProgress, chosen: string | null, marked: ReadonlySet<string>): void {
  const show = (element: Element, isShown: boolean): void => void element.classList.toggle("later", !isShown);
  for (const wire of drawn.querySelectorAll("g.edge")) {
    const place = placeOf(wire);
    wire.classList.toggle("now", progress.isAtWire(place));
    wire.classList.toggle("wrong", marked.has(edgeMark(place.to ?? "", Number(wire.getAttribute("data-input")))));
    const { values, gradients } = beside(wire);
    for (const part of values) show(part, progress.hasValue(place));
    for (const part of gradients) show(part, progress.hasGradient(place));
  }
  for (const node of drawn.querySelectorAll("g.node"))
    node.classList.toggle("now", progress.isAtNode(node.getAttribute("data-node") ?? ""));
  for (const sum of drawn.querySelectorAll("g.sum")) {
    const value = sum.getAttribute("data-value") ?? "";
    show(sum, progress.hasSum(value));
    sum.classList.toggle("now", progress.isAtSum(value));
  }
  for (const value of drawn.querySelectorAll("g.value[data-value]"))
    value.classList.toggle("chosen", value.getAttribute("data-value") === chosen);
  for (const part of drawn.querySelectorAll("[data-value], [data-node]")) {
    const name = part.getAttribute("data-value") ?? part.getAttribute("data-node");
    part.classList.toggle("wrong", name !== null && marked.has(name));
  }
}

/** What stands at a wire: first the value, then the arrow back with the gradient and what makes it up. */
function beside(wire: Element): { readonly values: readonly Element[]; readonly gradients: readonly Element[] } {
  const parts = [...wire.children].filter((part) => !part.matches("title, .wire, .head"));
  const back = parts.findIndex((part) => part.matches(".back"));
  return back < 0 ? { values: parts, gradients: [] } : { values: parts.slice(0, back), gradients: parts.slice(back) };
}

/** As wide as its frame, but not more than half as large again as it was drawn; enlarged from there. */
function enlarge(drawn: SVGSVGElement, zoom: number): void {
  const { width, height } = drawn.viewBox.baseVal;
  drawn.removeAttribute("width");
  drawn.removeAttribute("height");
  drawn.style.setProperty("--width", `${width}px`);
  drawn.style.setProperty("--ratio", String(width / height));
  drawn.style.setProperty("--zoom", String(zoom));
}

function bringIntoView(box: HTMLElement, parts: readonly Element[]): void {
  if (parts.length === 0 || (box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight)) return;
  const outer = box.getBoundingClientRect();
  const boxes = parts.map((part) => part.getBoundingClientRect());
  const middle = (from: number, to: number): number => (from + to) / 2;
  const x = middle(Math.min(...boxes.map(({ left }) => left)), Math.max(...boxes.map(({ right }) => right)));
  const y = middle(Math.min(...boxes.map(({ top }) => top)), Math.max(...boxes.map(({ bottom }) => bottom)));
  box.scrollBy({ left: x - middle(outer.left, outer.right), top: y - middle(outer.top, outer.bottom) });
}

/** A mouse moves what does not fit by dragging it; fingers scroll anyway. */
function grasp(event: PointerEvent): void {
  const box = event.currentTarget;
  if (!(box instanceof HTMLElement) || event.pointerType !== "mouse" || event.button !== 0) return;
  const start = { x: event.clientX, y: event.clientY, left: box.scrollLeft, top: box.scrollTop };
  const move = ({ clientX, clientY }: PointerEvent): void => box.scrollTo(start.left + start.x - clientX, start.top + start.y - clientY);
  const leave = ({ clientX, clientY }: PointerEvent): void => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", leave);
    // Who has moved it has not clicked on what lay under the mouse.
    if (Math.hypot(clientX - start.x, clientY - start.y) > 4) {
      const swallow = (click: Event): void => click.stopPropagation();
      box.addEventListener("click", swallow, true);
      setTimeout(() => box.removeEventListener("click", swallow, true));
    }
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", leave);
}

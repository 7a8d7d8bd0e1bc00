import { useRef, useState } from "preact/hooks";
import { keyOf } from "../shell/key.ts";
import { urlOf } from "../shell/api.ts";
import { texts } from "../shell/settings.ts";
import { codeLanguages, codeOf, type CodeLanguage } from "./requests.ts";

interface CopiesProps {
  /** What a program asks for: a path of the service, and a body. */
  readonly path: string;
  readonly body: object;
  /** The member of the answer that is wanted. */
  readonly member?: string;
  /** Whether a job is posted. */
  readonly isJob?: boolean;
  /** The drawing as it is saved. */
  readonly picture: (() => Promise<string>) | null;
  readonly fileName: string;
}

/** What is shown, to be taken elsewhere: as a link, as a request in several languages, as a picture. */
export function Copies({ path, body, member = "gradients", isJob = false, picture, fileName }: CopiesProps) {
  const [said, setSaid] = useState<{ readonly what: string; readonly text: string | null } | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  const { copies: words } = texts.value.formula;

  const copy = async (what: string, text: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid({ what: words.copied(what), text: null });
    } catch {
      // Where a page may not write there, what is to be copied is shown.
      setSaid({ what: words.copyThis, text });
      requestAnimationFrame(() => area.current?.select());
    }
  };
  const code = (language: CodeLanguage): Promise<void> =>
    copy(words.languages[language], codeOf(language, { url: urlOf(path), body, member, isJob, needsKey: keyOf() !== null }));
  const save = async (kind: "SVG" | "PNG"): Promise<void> => {
    if (picture === null) return;
    try {
      const svg = new Blob([await picture()], { type: "image/svg+xml" });
      download(kind === "SVG" ? svg : await pngOf(svg), `${fileName}.${kind.toLowerCase()}`);
      setSaid({ what: words.saved(kind), text: null });
    } catch {
      setSaid({ what: words.failed, text: null });
    }
  };
  return (
    <section class="copies" aria-label={words.title}>
      <div class="row" role="group" aria-label={words.title}>
        <span class="quiet small">{words.title}</span>
        <button type="button" onClick={() => void copy(words.link, location.href)}>
          {words.link}
        </button>
        {codeLanguages.map((language) => (
          <button key={language} type="button" onClick={() => void code(language)}>
            {words.languages[language]}
          </button>
        ))}
        {picture !== null &&
          (["SVG", "PNG"] as const).map((kind) => (
            <button key={kind} type="button" onClick={() => void save(kind)}>
              {kind}
            </button>
          ))}
      </div>
      <p class="quiet small" role="status">
        {said?.what}
      </p>
      {said !== null && said.text !== null && (
        <textarea ref={area} class="mono" readOnly rows={5} value={said.text} aria-label={said.what} />
      )}
    </section>
  );
}

export function download(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A drawing in dots, three for each of its own, as slides and papers want it; fewer where a browser could not hold them. */
async function pngOf(svg: Blob): Promise<Blob> {
  const url = URL.createObjectURL(svg);
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const scale = Math.min(3, 8_000 / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(image.width * scale);
    canvas.height = Math.ceil(image.height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error("The picture is too large")) : resolve(blob)), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

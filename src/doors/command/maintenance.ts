/** What an operator does with the folder of a service, which may work in it meanwhile. */
import { parseArgs } from "node:util";
import type { BackedUp } from "../../jobs/backup.ts";
import type { Verified } from "../../jobs/verify.ts";
import { Problem } from "../../problems/problems.ts";

/** What is said, and the exit status. */
interface Said {
  readonly text: string;
  readonly status: number;
}

interface Settings {
  readonly DATA_DIR: string;
}

interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly run: (places: readonly string[], flags: { readonly json: boolean }, settings: Settings) => Promise<Said | null>;
}

/** By their names. One that answers null was given something else than it takes. What they need is loaded when they run. */
export const maintenance: Readonly<Record<string, Command>> = {
  verify: {
    usage: "verify [DATA_DIR] [--json]",
    summary: "reads all that is kept, and says what is damaged or missing (exit status 1)",
    run: async ([folder, ...rest], { json }, { DATA_DIR }) => {
      if (rest.length > 0) return null;
      const place = folder ?? DATA_DIR;
      const { verifyFolder } = await import("../../jobs/verify.ts");
      const verified = await verifyFolder(place);
      if (verified === null) return { text: `There is no jobs.sqlite in ${place}: nothing is kept there.\n`, status: 2 };
      return { text: json ? `${JSON.stringify(verified)}\n` : reportOf(verified), status: verified.findings.length === 0 ? 0 : 1 };
    },
  },
  backup: {
    usage: "backup FILE",
    summary: "writes all that is kept in DATA_DIR to a new file",
    run: async ([file, ...rest], { json }, { DATA_DIR }) => {
      if (file === undefined || rest.length > 0 || json) return null;
      const { backUp } = await import("../../jobs/backup.ts");
      return { text: `${file}: ${counted(await backUp(DATA_DIR, file))}\n`, status: 0 };
    },
  },
  key: {
    usage: "key NAME",
    summary: "makes a key, which is kept nowhere, with its entry for KEYS_FILE",
    run: async ([name, ...rest], { json }) => {
      if (name === undefined || rest.length > 0 || json) return null;
      const [{ newKey }, { keysIn, KeysFault }] = await Promise.all([
        import("../../clients/keys.ts"),
        import("../../clients/keys-file.ts"),
      ]);
      const made = newKey(name);
      try {
        keysIn(JSON.stringify([made.entry]));
      } catch (error) {
        if (error instanceof KeysFault) return { text: `${error.message}\n`, status: 2 };
        throw error;
      }
      return { text: `${JSON.stringify(made, null, 2)}\n`, status: 0 };
    },
  },
  restore: {
    usage: "restore FILE DATA_DIR",
    summary: "makes a new folder of a backup",
    run: async ([file, folder, ...rest], { json }) => {
      if (file === undefined || folder === undefined || rest.length > 0 || json) return null;
      const { restore } = await import("../../jobs/backup.ts");
      return { text: `${folder}: ${counted(await restore(file, folder))}\n`, status: 0 };
    },
  },
};

const counted = ({ files, bytes }: BackedUp): string => `${files} files, ${bytes} bytes`;

function reportOf({ findings, sound, orphans }: Verified): string {
  const lines = findings.map(({ state, what, digest }) => `${state}: ${what}${digest === null ? "" : ` (sha256:${digest})`}`);
  const summary = [
    `${sound.blobs} blobs and ${sound.graphs} graphs of ${sound.bytes} bytes are sound`,
    `${findings.length} are damaged or missing`,
    `${orphans.blobs} blobs of ${orphans.bytes} bytes belong to nothing and will go`,
  ];
  return `${[...lines, summary.join("; ")].join("\n")}.\n`;
}

/** Carries a command out. */
export async function maintain(command: Command, words: readonly string[], settings: () => Settings): Promise<Said> {
  try {
    const { values, positionals } = parseArgs({ args: [...words], options: { json: { type: "boolean" } }, allowPositionals: true });
    const said = await command.run(positionals, { json: values.json === true }, settings());
    if (said !== null) return said;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"))) {
      return { text: `${sentenceOf(error)}\n`, status: 2 };
    }
  }
  return { text: `Usage: adjoint ${command.usage}\n`, status: 2 };
}

const foreseen = new Set(["BackupRefused", "DamagedArchive", "FolderInUse", "FolderUnusable"]);

/** What is foreseen in its own words; what the system says as it says it. */
function sentenceOf(error: unknown): string {
  if (error instanceof Problem) return error.detail;
  if (error instanceof Error && (foreseen.has(error.name) || "code" in error)) return error.message;
  throw error;
}

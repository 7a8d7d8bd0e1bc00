import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientLimits, Role } from "../../src/clients/client.ts";
import { Keys } from "../../src/clients/keys.ts";

interface Given {
  readonly role?: Role;
  readonly limits?: ClientLimits;
}

/** Keys by a file, as the service reads it: the key of each client is its name. */
export function keysOf(clients: Readonly<Record<string, Given>>): Keys {
  const folder = mkdtempSync(join(tmpdir(), "adjoint-keys-"));
  const file = join(folder, "keys.json");
  const entries = Object.entries(clients).map(([name, given]) => ({
    name,
    sha256: createHash("sha256").update(name).digest("hex"),
    ...given,
  }));
  writeFileSync(file, JSON.stringify(entries));
  try {
    return new Keys({ file });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

import type { FastifyPluginCallbackZod } from "@fastify/type-provider-zod";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { nearest } from "../../../problems/nearest.ts";
import { type ProblemCode, problemCodes, problemPath, problems as kinds } from "../../../problems/catalogue.ts";
import { Problem } from "../../../problems/problems.ts";
import { escapeHtml, page, pagePolicy } from "../html.ts";
import { tags } from "../plugins/openapi.ts";
import { namesType } from "../answers.ts";
import { Resource } from "../resource.ts";

const ProblemKind = z
  .object({
    code: z.enum(problemCodes).meta({ description: "The code of the problem's documents", examples: ["cycle"] }),
    type: z.string().meta({ description: "The path of the page that explains it", examples: [problemPath("cycle")] }),
    status: z.int().meta({ description: "The HTTP status of its answers", examples: [422] }),
    title: z.string().meta({ description: "The problem in a few words", examples: ["The graph has a cycle"] }),
    explanation: z.string().meta({ description: "What it means and what to do", examples: [kinds.cycle.explanation] }),
  })
  .meta({ id: "ProblemKind", description: "A kind of problem" });

const ProblemKinds = z
  .object({ problems: z.array(ProblemKind).meta({ description: "Every kind, by HTTP status" }) })
  .meta({ id: "ProblemKinds", description: "The catalogue of problems" });

/** The pages that problem documents have for their `type`: HTML for browsers, JSON for others. */
export const problemPages: FastifyPluginCallbackZod = (app, _options, done) => {
  const all = {
    json: Resource.json({ problems: problemCodes.map(describe) }),
    html: htmlResource("Problems", problemCodes.map(entry).join("\n")),
  };
  const pages = new Map(
    problemCodes.map((code) => [code, { json: Resource.json(describe(code)), html: htmlResource(kinds[code].title, article(code)) }]),
  );

  app.get(
    "/problems",
    {
      schema: {
        operationId: "listProblems",
        tags: [tags.catalogue.name],
        summary: "What may go wrong",
        description: "Every kind of problem that the service answers with. Browsers get a page.",
      },
      config: {
        contract: {
          answer: {
            description: "The catalogue of problems",
            schema: ProblemKinds,
            examples: { excerpt: { summary: "One of many", value: { problems: [describe("cycle")] } } },
          },
          problems: [],
        },
      },
    },
    (request, reply) => inFormOf(all, request).send(request, reply.header("vary", "accept")),
  );

  app.get(
    "/problems/:code",
    {
      schema: {
        operationId: "readProblem",
        tags: [tags.catalogue.name],
        summary: "What a problem means",
        description: "Explains the problem documents with this code. Browsers get a page.",
        params: z.object({ code: z.string().meta({ description: "The code of a problem document", examples: ["cycle"] }) }),
      },
      config: {
        contract: {
          answer: {
            description: "The kind of problem",
            schema: ProblemKind,
            examples: { cycle: { summary: "A cycle", value: describe("cycle") } },
          },
          problems: [404],
        },
      },
    },
    (request, reply) => {
      const { code } = request.params;
      const found = pages.get(code as ProblemCode);
      if (found === undefined) throw unknownCode(code);
      return inFormOf(found, request).send(request, reply.header("vary", "accept"));
    },
  );
  done();
};

interface Forms {
  readonly json: Resource;
  readonly html: Resource;
}

const inFormOf = ({ json, html }: Forms, request: FastifyRequest): Resource => (namesType(request, "text/html") ? html : json);

const describe = (code: ProblemCode) => ({ code, type: problemPath(code), ...kinds[code] });

function unknownCode(code: string): Problem {
  const [suggestion] = nearest(code, problemCodes);
  const detail = `There is no problem ${JSON.stringify(code.slice(0, 60))}`;
  return new Problem("not_found", detail, suggestion === undefined ? [] : [{ pointer: "", detail, suggestion }]);
}

const htmlResource = (title: string, body: string): Resource =>
  new Resource(page(`${title} · Adjoint`, `${body}\n<p><a href="/problems">All problems</a> · <a href="/docs">API</a></p>`), {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": pagePolicy,
  });

function article(code: ProblemCode): string {
  const { status, title, explanation } = kinds[code];
  return `<h1>${escapeHtml(title)}</h1>\n<p><code>${code}</code>, HTTP status ${status}</p>\n<p>${escapeHtml(explanation)}</p>`;
}

const entry = (code: ProblemCode): string =>
  `<h2><a href="${problemPath(code)}">${escapeHtml(kinds[code].title)}</a></h2>\n<p><code>${code}</code>, HTTP status ${kinds[code].status}</p>`;

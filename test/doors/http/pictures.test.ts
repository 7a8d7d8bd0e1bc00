import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Service, startService } from "../../support/service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service[Symbol.asyncDispose]());

const square = { expression: "t = x + y; z = t^2", inputs: { x: 1, y: 2 } };

const post = (path: string, body: object, accept?: string) =>
  service.app.inject({
    method: "POST",
    url: path,
    headers: { "content-type": "application/json", ...(accept !== undefined && { accept }) },
    payload: JSON.stringify(body),
  });

const kindOf = async (path: string, body: object, accept?: string): Promise<string> =>
  String((await post(path, body, accept)).headers["content-type"]).split(";")[0];

describe("a picture is answered", () => {
  test("as SVG that runs nothing", async () => {
    const { statusCode, headers, body } = await post("/v1/picture", square);
    expect([statusCode, headers["content-type"]]).toEqual([200, "image/svg+xml; charset=utf-8"]);
    expect(headers["content-security-policy"]).toBe("sandbox; default-src 'none'; style-src 'unsafe-inline'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers.vary).toContain("Accept");
    expect(body).toContain('<g class="edge" data-from="x" data-to="t" data-input="0">');
  });

  test("the same from every worker and every path", async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, at) => post(at % 2 === 0 ? "/v1/picture" : "/v1/gradients", square, "image/svg+xml")),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  test("in the media type that the client names, and in the format that the body names", async () => {
    expect(await kindOf("/v1/picture", square, "*/*")).toBe("image/svg+xml");
    expect(await kindOf("/v1/picture", square, "text/vnd.graphviz")).toBe("text/vnd.graphviz");
    expect(await kindOf("/v1/picture", square, "text/vnd.mermaid; charset=utf-8")).toBe("text/vnd.mermaid");
    expect(await kindOf("/v1/picture", { ...square, format: "dot" }, "image/svg+xml")).toBe("text/vnd.graphviz");
  });

  test("on the paths that compute, to whoever asks for one", async () => {
    for (const path of ["/v1/gradients", "/v1/evaluate"]) {
      expect(await kindOf(path, square)).toBe("application/json");
      expect(await kindOf(path, square, "*/*")).toBe("application/json");
      expect(await kindOf(path, square, "application/json, image/svg+xml;q=0.9")).toBe("application/json");
      expect(await kindOf(path, { ...square, return: ["outputs"], encoding: "base64" }, "image/svg+xml")).toBe("image/svg+xml");
      expect(await kindOf(path, square, "text/vnd.graphviz, application/json;q=0.5")).toBe("text/vnd.graphviz");
      expect(await kindOf(path, square, "text/vnd.mermaid")).toBe("text/vnd.mermaid");
      expect((await post(path, square)).headers.vary).toContain("Accept");
    }
    expect((await post("/v1/evaluate", square, "image/svg+xml")).body).not.toContain('class="gradient');
  });

  test("of one point only", async () => {
    const one = { expression: "z = x^2", points: [{ x: 3 }] };
    expect((await post("/v1/gradients", one, "text/vnd.mermaid")).body).toContain("9<br>← 1");
    const two = await post("/v1/gradients", { ...one, points: [{ x: 3 }, { x: 4 }] }, "image/svg+xml");
    expect([two.statusCode, two.json<{ errors: unknown }>().errors]).toMatchObject([400, [{ pointer: "/points" }]]);
  });

  test("and what is wrong as a problem, whatever was asked for", async () => {
    const wrong = await post("/v1/gradients", { expression: "z = x +", inputs: { x: 1 } }, "image/svg+xml");
    expect([wrong.statusCode, wrong.headers["content-type"]]).toEqual([422, expect.stringContaining("application/problem+json")]);
    const unknown = await post("/v1/picture", { ...square, colour: "red" });
    expect(unknown.json<{ errors: unknown }>().errors).toMatchObject([{ pointer: "/colour" }]);
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import { z } from "zod";
import { readConfig, variables } from "../src/config.ts";

/** The manifests of docs/operations/kubernetes: they fit the service, and each other. */

const root = new URL("../docs/operations/kubernetes/", import.meta.url);
const text = (name: string): string => readFileSync(new URL(name, root), "utf8");

const Probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string(), port: z.string() }),
  periodSeconds: z.int(),
  timeoutSeconds: z.int().optional(),
  failureThreshold: z.int().optional(),
});
const Quantities = z.strictObject({ cpu: z.string(), memory: z.string().regex(/^\d+[MG]i$/) });
const Container = z.strictObject({
  name: z.string(),
  image: z.string(),
  env: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  envFrom: z.array(
    z.union([
      z.strictObject({ configMapRef: z.strictObject({ name: z.string() }) }),
      z.strictObject({ secretRef: z.strictObject({ name: z.string(), optional: z.boolean().optional() }) }),
    ]),
  ),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.int() })),
  resources: z.strictObject({ requests: Quantities, limits: Quantities }),
  startupProbe: Probe,
  readinessProbe: Probe,
  livenessProbe: Probe,
  securityContext: z.strictObject({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.strictObject({ drop: z.tuple([z.literal("ALL")]) }),
  }),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })),
});
const Labels = z.record(z.string(), z.string());
const Workload = z.strictObject({
  apiVersion: z.literal("apps/v1"),
  kind: z.enum(["Deployment", "StatefulSet"]),
  metadata: z.strictObject({ name: z.string(), labels: Labels }),
  spec: z.strictObject({
    replicas: z.int(),
    serviceName: z.string().optional(),
    selector: z.strictObject({ matchLabels: Labels }),
    strategy: z.object({}).loose().optional(),
    template: z.strictObject({
      metadata: z.strictObject({ labels: Labels, annotations: Labels }),
      spec: z.strictObject({
        terminationGracePeriodSeconds: z.int(),
        automountServiceAccountToken: z.literal(false),
        securityContext: z.strictObject({
          runAsNonRoot: z.literal(true),
          runAsUser: z.literal(1000),
          runAsGroup: z.literal(1000),
          fsGroup: z.literal(1000),
          seccompProfile: z.strictObject({ type: z.literal("RuntimeDefault") }),
        }),
        topologySpreadConstraints: z.array(z.object({}).loose()).optional(),
        containers: z.tuple([Container]),
        volumes: z.array(z.object({ name: z.string() }).loose()).default([]),
      }),
    }),
    volumeClaimTemplates: z.array(z.object({ metadata: z.object({ name: z.string() }) }).loose()).default([]),
  }),
});

interface Manifest {
  readonly kind: string;
  readonly metadata?: { readonly name: string };
  readonly spec?: { readonly selector?: object; readonly ports?: readonly { readonly targetPort: string }[] };
  readonly resources?: readonly string[];
  readonly configMapGenerator?: readonly { readonly name: string; readonly envs: readonly string[] }[];
  readonly images?: readonly { readonly name: string }[];
  readonly stringData?: Readonly<Record<string, string>>;
}

const manifestsOf = (name: string): Manifest[] =>
  parseAllDocuments(text(name), { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS() as Manifest;
  });

const dockerfile = readFileSync(new URL("../Dockerfile", import.meta.url), "utf8");
const [, port, dataDir] = /ENV PORT=(\d+) DATA_DIR=(\S+)/.exec(dockerfile) ?? [];

describe.each([
  ["cluster", ["api", "worker"]],
  ["single", ["all"]],
])("%s", (folder, roles) => {
  const [kustomization] = manifestsOf(`${folder}/kustomization.yaml`);
  const manifests = (kustomization.resources ?? []).flatMap((name) => manifestsOf(`${folder}/${name}`));
  const workloads = manifests
    .filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet")
    .map((manifest) => Workload.parse(manifest));
  const settings = (kustomization.configMapGenerator ?? []).flatMap(({ envs }) => envs.map((name) => text(`${folder}/${name}`)));
  const given = Object.fromEntries(
    settings.flatMap((lines) => [...lines.matchAll(/^(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value])),
  );

  test("is all that lies in its folder", () => {
    const named = [...(kustomization.resources ?? []), "kustomization.yaml", "settings.env"];
    expect(readdirSync(new URL(folder, root)).toSorted()).toEqual(named.toSorted());
    const kinds = manifests.map(({ kind, metadata }) => `${kind} ${metadata?.name}`);
    expect(new Set(kinds).size).toBe(kinds.length);
  });

  test("has a process of each role, told what the service understands", () => {
    const told = workloads.map(({ spec }) => spec.template.spec.containers[0].env);
    const secret = manifestsOf("secret.example.yaml")[0].stringData ?? {};
    expect(workloads.map(({ metadata }) => metadata.labels["app.kubernetes.io/component"])).toEqual(roles);
    for (const [at, environment] of told.entries()) {
      const own = Object.fromEntries(environment.map(({ name, value }) => [name, value]));
      const all = { ...given, ...secret, ...own };
      expect(Object.keys(all).filter((name) => !(name in variables))).toEqual([]);
      expect(readConfig(all).ROLE).toBe(roles[at]);
    }
  });

  test.each(workloads.map((workload) => [workload.metadata.name, workload] as const))("%s runs as the image is made", (_, { spec }) => {
    const { template, selector, volumeClaimTemplates } = spec;
    const [container] = template.spec.containers;
    expect(template.metadata.labels).toEqual(selector.matchLabels);
    expect(container.ports).toEqual([{ name: "http", containerPort: Number(port) }]);
    expect(template.metadata.annotations["prometheus.io/port"]).toBe(port);
    expect(container.volumeMounts).toEqual([{ name: "data", mountPath: dataDir }]);
    const volumes = [...template.spec.volumes.map(({ name }) => name), ...volumeClaimTemplates.map(({ metadata }) => metadata.name)];
    expect(volumes).toEqual(["data"]);
    expect([container.startupProbe, container.readinessProbe, container.livenessProbe].map(({ httpGet }) => httpGet)).toEqual([
      { path: "/readyz", port: "http" },
      { path: "/readyz", port: "http" },
      { path: "/livez", port: "http" },
    ]);
    expect(template.spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(Number(variables.DEADLINE_MS.fallback) + 5_000);
    const names = container.envFrom.map((from) => ("configMapRef" in from ? from.configMapRef.name : from.secretRef.name));
    expect(names).toEqual([kustomization.configMapGenerator?.[0].name, manifestsOf("secret.example.yaml")[0].metadata?.name]);
    expect(kustomization.images?.map(({ name }) => name)).toEqual([container.image]);
  });

  test("is reached by a service that finds those who answer", () => {
    const [service] = manifests.filter(({ kind }) => kind === "Service");
    const labels = workloads.find(({ metadata }) => metadata.labels["app.kubernetes.io/component"] !== "worker")?.spec.selector.matchLabels;
    expect(service.spec?.selector).toEqual(labels);
    expect(service.spec?.ports?.map(({ targetPort }) => targetPort)).toEqual(["http"]);
  });

  test("limits disruptions of what there is", () => {
    const chosen = manifests.filter(({ kind }) => kind === "PodDisruptionBudget").map(({ spec }) => spec?.selector);
    const several = workloads.filter(({ spec }) => spec.replicas > 1).map(({ spec }) => spec.selector);
    expect(chosen).toEqual(several);
  });
});

import { texts } from "../shell/settings.ts";
import { aimOf, aimsOf, type Choice, isNumeric } from "./csv.ts";
import { datasetNames, isMade, sizes } from "./datasets.ts";
import { isDrawn, startOf } from "./design.ts";
import { Choose, Folded, Slider } from "./fields.tsx";
import { change, fileProblem, ownFile, settings, takeFile } from "./chosen.ts";

/** Which data are learnt, how many, and how noisy. */
export function DataPanel() {
  const { data: words } = texts.value.network;
  const { dataset, size, noise } = settings.value;
  const [least, most] = sizes[dataset];
  return (
    <Folded title={words.title}>
      <Choose
        label={words.set}
        value={dataset}
        names={datasetNames}
        words={(name) => words.names[name]}
        change={(name) => change({ ...startOf(name), seed: settings.peek().seed })}
      />
      {dataset === "csv" ? (
        <FileChoice />
      ) : (
        <>
          <Slider
            label={words.size}
            value={size}
            least={least}
            most={most}
            step={dataset === "xor" ? 4 : 10}
            change={(value) => change({ size: value })}
          />
          {isMade(dataset) && (
            <Slider label={words.noise} value={noise} least={0} most={1} step={0.05} change={(value) => change({ noise: value })} />
          )}
          {isDrawn(settings.value) && (
            <button type="button" onClick={() => change({ draw: settings.peek().draw + 1 })}>
              {words.again}
            </button>
          )}
        </>
      )}
    </Folded>
  );
}

function FileChoice() {
  const { data: words } = texts.value.network;
  const file = ownFile.value;
  const take = (files: FileList | null | undefined): void => {
    const [first] = files ?? [];
    if (first !== undefined) void takeFile(first);
  };
  return (
    <div
      class="drop"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        take(event.dataTransfer?.files);
      }}
    >
      <label class="field">
        <span>
          {words.choose} <span class="quiet small">{words.drop}</span>
        </span>
        <input type="file" accept=".csv,.tsv,.txt,text/csv" onChange={({ currentTarget }) => take(currentTarget.files)} />
      </label>
      {fileProblem.value && (
        <p class="problem small" role="alert">
          {words.noTable}
        </p>
      )}
      {file !== null && <Columns />}
    </div>
  );
}

function Columns() {
  const { data: words } = texts.value.network;
  const file = ownFile.value;
  if (file === null) return null;
  const { table, choice } = file;
  const choose = (changes: Partial<Choice>): void => {
    ownFile.value = { ...file, choice: { ...choice, ...changes } };
  };
  const toggle = (column: number, isChosen: boolean): void =>
    choose({ inputs: table.columns.map((_, at) => at).filter((at) => (at === column ? isChosen : choice.inputs.includes(at))) });
  const aims = aimsOf(table, choice.target);
  return (
    <>
      <p class="small">
        <bdi>{words.file(file.name, table.rows.length, table.columns.length, file.isCut)}</bdi>
      </p>
      <fieldset>
        <legend>{words.inputs}</legend>
        {table.columns.map((column, at) => {
          const isUsable = isNumeric(table, at);
          return (
            <label key={at} class="check small">
              <input
                type="checkbox"
                checked={choice.inputs.includes(at)}
                disabled={!isUsable || at === choice.target}
                onChange={({ currentTarget }) => toggle(at, currentTarget.checked)}
              />
              <bdi>{column}</bdi> {!isUsable && <span class="quiet">({words.notNumeric})</span>}
            </label>
          );
        })}
      </fieldset>
      {choice.inputs.length === 0 && <p class="problem small">{words.noInputs}</p>}
      <label class="field">
        <span>{words.target}</span>
        <select
          value={choice.target}
          onChange={({ currentTarget: { selectedIndex: target } }) =>
            choose({ target, aim: aimOf(table, target), inputs: choice.inputs.filter((at) => at !== target) })
          }
        >
          {table.columns.map((column, at) => (
            <option key={at} value={at}>
              {column}
            </option>
          ))}
        </select>
      </label>
      <Choose label={words.aim} value={choice.aim} names={aims} words={(name) => words.aims[name]} change={(aim) => choose({ aim })} />
      <p class="small quiet">{words.sent}</p>
    </>
  );
}

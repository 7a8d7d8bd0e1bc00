import { texts } from "../shell/settings.ts";
import { change, state } from "./session.ts";
import { pictureDetails, type PictureOptions } from "./state.ts";

/** How the picture is drawn. */
export function Options() {
  const { options } = state.value;
  const { options: words } = texts.value.formula;
  const set = (part: Partial<PictureOptions>): void => change({ options: { ...options, ...part } });
  return (
    <details class="options">
      <summary>{words.title}</summary>
      <div class="row">
        {pictureDetails.map((detail) => (
          <label key={detail}>
            <input
              type="checkbox"
              checked={options.show.includes(detail)}
              onChange={({ currentTarget: { checked } }) =>
                set({ show: pictureDetails.filter((each) => (each === detail ? checked : options.show.includes(each))) })
              }
            />{" "}
            {words.details[detail]}
          </label>
        ))}
        <label>
          <input type="checkbox" checked={options.thickness} onChange={({ currentTarget }) => set({ thickness: currentTarget.checked })} />{" "}
          {words.thickness}
        </label>
        <label>
          <input
            type="checkbox"
            checked={options.direction === "TB"}
            onChange={({ currentTarget }) => set({ direction: currentTarget.checked ? "TB" : "LR" })}
          />{" "}
          {words.down}
        </label>
        <label>
          {words.digits}{" "}
          <input
            type="number"
            min={1}
            max={17}
            value={options.digits}
            onChange={({ currentTarget: { valueAsNumber } }) => {
              if (valueAsNumber >= 1 && valueAsNumber <= 17) set({ digits: Math.round(valueAsNumber) });
            }}
          />
        </label>
      </div>
    </details>
  );
}

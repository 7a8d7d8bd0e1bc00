import { texts } from "../shell/settings.ts";

interface TalliesProps {
  readonly classes: readonly string[];
  readonly targets: readonly number[];
  readonly decided: readonly number[];
}

/** How many rows of each class are taken for what they are. */
export function Tallies({ classes, targets, decided }: TalliesProps) {
  const { network: words } = texts.value;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{words.tallies.class}</th>
          <th scope="col">{words.tallies.rows}</th>
          <th scope="col">{words.tallies.right}</th>
        </tr>
      </thead>
      <tbody>
        {classes.map((name, number) => (
          <tr key={name}>
            <th scope="row">
              <bdi>{name}</bdi>
            </th>
            <td>{targets.filter((target) => target === number).length}</td>
            <td>{targets.filter((target, at) => target === number && decided[at] === number).length}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

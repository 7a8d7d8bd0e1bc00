import { texts } from "../shell/settings.ts";
import type { Happening } from "./answers.ts";
import { timeOf } from "./times.ts";

/** What happened to a job, the newest first. */
export function Happenings({ events }: { readonly events: readonly Happening[] }) {
  const { events: words } = texts.value.jobs;
  return (
    <section class="sheet" aria-labelledby="events-title">
      <h2 id="events-title">{words.title}</h2>
      <div class="scroll events" role="group" aria-labelledby="events-title" tabIndex={0}>
        <table class="small">
          <thead>
            <tr>
              <th scope="col">{words.number}</th>
              <th scope="col">{words.type}</th>
              <th scope="col">{words.message}</th>
              <th scope="col">{words.time}</th>
            </tr>
          </thead>
          <tbody>
            {events.toReversed().map(({ id, type, message, created_at }) => (
              <tr key={id}>
                <td>{id}</td>
                <td lang="en">{type}</td>
                <td lang="en">
                  <bdi>{message}</bdi>
                </td>
                <td class="time">{timeOf(created_at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
